"""liblo by its Python binding: numbers as Python has them, over UDP, and over TCP with sizes."""
import sys
import liblo

udp, tcp = (int(argument) for argument in sys.argv[1:3])
for target in (liblo.Address("127.0.0.1", udp), liblo.Address("127.0.0.1", tcp, liblo.TCP)):
    liblo.send(target, "/note", 50, 0.5)
    liblo.send(target, "/note", ("d", 51), ("d", 0.5))
    liblo.send(target, "/note", ("h", 52), ("i", 127))
    liblo.send(target, "/off", 50.0)
    liblo.send(target, "/pedal", True)
    liblo.send(target, "/pedal", False)
    liblo.send(target, "/panic", ("I", None))
