#!/usr/bin/env python3
"""Play a chord on the patch `keys`, exactly timed by bundles, with Python's standard library only.

    deno task start keys
    examples/play.py [HOST [PORT]]

Print the engine's answers; end with an error when it refuses a message or does not answer.
"""

import socket
import struct
import sys
import time

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 57130

NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


def text(value):
    """Encode a string for OSC: UTF-8, a zero, then zeros up to a multiple of four bytes."""
    data = value.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)


def message(address, *arguments):
    """Encode a message: an int becomes `i`, a float `f`, a string `s`."""
    tags, data = ",", b""
    for argument in arguments:
        if isinstance(argument, int):
            tags, data = tags + "i", data + struct.pack(">i", argument)
        elif isinstance(argument, float):
            tags, data = tags + "f", data + struct.pack(">f", argument)
        else:
            tags, data = tags + "s", data + text(argument)
    return text(address) + text(tags) + data


def bundle(moment, *messages):
    """Encode messages that take effect in one frame, at `moment` (seconds since 1970)."""
    seconds = int(moment)
    data = b"#bundle\0" + struct.pack(">II", seconds + NTP_EPOCH, int((moment - seconds) * 2**32))
    return data + b"".join(struct.pack(">i", len(each)) + each for each in messages)


def read(data):
    """Decode an answer: return its address and its arguments."""

    def string(at):
        end = data.index(b"\0", at)
        return data[at:end].decode(), end + 4 - end % 4

    address, at = string(0)
    tags, at = string(at)
    values = []
    for tag in tags[1:]:
        if tag == "s":
            value, at = string(at)
        else:
            (value,) = struct.unpack_from(">" + tag, data, at)
            at += 4
        values.append(value)
    return address, values


engine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
engine.connect((HOST, PORT))
engine.settimeout(5)

chord = (48, 55, 64)
start = time.time() + 0.1  # senders add their latency; 0.1 s is plenty
packets = [
    message("/keys/releaseSeconds", 0.8),
    bundle(start, *(message("/keys/note", number, number, 0.8) for number in chord)),
    *(
        bundle(start + 0.2 * step, message("/keys/cutoffHz", 500.0 * 2**step))
        for step in range(4)
    ),
    bundle(start + 0.8, *(message("/keys/off", number) for number in chord)),
]
for packet in packets:
    engine.send(packet)

left = 1 + len(chord) + 4 + len(chord)
while left > 0:
    address, values = read(engine.recv(65_536))
    print(address, *values)
    if address == "/fail":
        sys.exit(1)
    if address == "/done":  # there may be a /late beside it
        left -= 1
time.sleep(max(0.0, start + 1.0 - time.time()))
