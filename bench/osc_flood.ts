/** A process that turns one knob, evenly, until it is ended: `deno run -A bench/osc_flood.ts LIBRARY PORT MESSAGES_A_SECOND` */
import { openNative } from "../ffi/open_native.ts";
import { encodePacket } from "../osc/packet/codec.ts";
import { FastSocket } from "./osc_servers.ts";

const [library, ...numbers] = Deno.args;
const [port, perSecond] = numbers.map(Number);
const socket = new FastSocket(openNative(library), port);
const packet = encodePacket({ address: "/synth/pan", args: [{ type: "f", value: 0 }] });
const startedMs = performance.now();
for (let sent = 0;;) {
  const due = (performance.now() - startedMs) / 1_000 * perSecond;
  for (; sent < due; sent++) socket.send(packet);
  socket.drain(() => {});
  await new Promise((done) => setTimeout(done, 1));
}
