/**
 * Clients of others, with a configuration and a lock file of their own, so that nothing of them is installed for playing:
 * each sends what its library makes of the same values, then ends. Arguments: ports of UDP and TCP.
 */
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "node-osc";
import osc from "osc";
import OSC from "osc-js";

const [udpPort, tcpPort] = Deno.args.map(Number);

/** osc.js over UDP and, framed by SLIP, over TCP, as Companion's generic module uses it. */
async function oscJs() {
  const messages = [
    { address: "/note", args: [{ type: "i", value: 40 }, { type: "f", value: 0.5 }] },
    { address: "/keys/q", args: [{ type: "s", value: "1.25" }] },
    { address: "/pedal", args: [{ type: "T", value: true }] },
    { address: "/pedal", args: [{ type: "F", value: false }] },
    { address: "/panic", args: [{ type: "I" }] },
  ];
  const udp = new osc.UDPPort({ remoteAddress: "127.0.0.1", remotePort: udpPort, localPort: 0, metadata: true });
  const ready = new Promise((resolve) => udp.on("ready", resolve));
  udp.open();
  await ready;
  for (const message of messages) udp.send(message);
  const tcp = new osc.TCPSocketPort({ address: "127.0.0.1", port: tcpPort, metadata: true });
  const connected = new Promise((resolve) => tcp.on("ready", resolve));
  tcp.open();
  await connected;
  for (const message of messages) tcp.send(message);
  tcp.send({ address: "/sync", args: [{ type: "i", value: 7 }] });
  await new Promise((resolve) => tcp.on("message", ({ address }) => address === "/synced" && resolve()));
  tcp.close();
  udp.close();
}

/** node-osc, which chooses the types of numbers itself: 1.0 is the integer 1. */
async function nodeOsc() {
  const client = new Client("127.0.0.1", udpPort);
  for (const message of [["/note", 41, 0.5], ["/note", 41, 127], ["/off", 41], ["/keys/cutoffHz", 900]]) {
    await new Promise((resolve, reject) => client.send(...message, (error) => error ? reject(error) : resolve()));
  }
  await client.close();
}

/** osc-js, whose messages Companion's generic module writes to TCP without framing where it is set to raw. */
async function bare() {
  const socket = net.connect(tcpPort, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.setNoDelay(true);
  const answered = new Promise((resolve) => socket.once("data", resolve));
  for (const message of [["/note", 42, 0.5], ["/bend", -2.0], ["/panic", 1]]) {
    socket.write(new OSC.Message(...message).pack());
    await pause(5); // a person presses buttons one after the other
  }
  await answered;
  socket.destroy();
}

await oscJs();
await nodeOsc();
await bare();
Deno.exit(0);
