/**
 * A flood in a process of its own; prints how many packets it sent.
 *
 *     deno run --unstable-net --allow-net tests/osc/flood_sender.ts FROM TO_PORT MILLISECONDS PACKETS_PER_SECOND
 *
 * At 0 packets a second it sends as fast as the system takes them.
 */
import { encodePacket } from "../../osc/packet/codec.ts";

const [from, port, milliseconds, packetsPerSecond] = Deno.args;
const socket = Deno.listenDatagram({ transport: "udp", hostname: from, port: 0 });
const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: Number(port) };
const message = encodePacket({ address: "/keys/cutoffHz", args: [{ type: "f", value: 700 }] });
const durationMs = Number(milliseconds);
const perMs = Number(packetsPerSecond) / 1_000;
const startMs = performance.now();
/** Time of the flood that has passed: a machine that cannot send in time sends the rest afterwards, and no more. */
const passedMs = () => Math.min(performance.now() - startMs, durationMs);
let sent = 0;

/** Sends one after the other until this many were sent. */
async function sendUpTo(count: number): Promise<void> {
  for (; sent < count; sent++) await socket.send(message, to);
}

if (perMs === 0) { while (passedMs() < durationMs) await sendUpTo(sent + 64); }
else {
  const ended = Promise.withResolvers<void>();
  let sending = Promise.resolve();
  const timer = setInterval(() => {
    sending = sending.then(() => sendUpTo(passedMs() * perMs));
    if (passedMs() >= durationMs) ended.resolve(sending);
  }, 1);
  await ended.promise;
  clearInterval(timer);
  await sending; // what the last ticks have asked for
}
socket.close();
console.log(sent);
