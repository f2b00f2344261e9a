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
const startMs = performance.now();
const perMs = Number(packetsPerSecond) / 1_000;
let sent = 0;
for (let ms = 0; ms < Number(milliseconds); ms = performance.now() - startMs) {
  const due = perMs === 0 ? sent + 64 : ms * perMs;
  while (sent < due) {
    await socket.send(message, to);
    sent++;
  }
  if (perMs > 0) await new Promise((done) => setTimeout(done, 1));
}
socket.close();
console.log(sent);
