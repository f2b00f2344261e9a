/**
 * How long OSC keeps the main isolate, which also has the renderers to watch: every turn of the queue while nothing, many
 * small packets, or the worst that one packet can hold comes in, and the gaps of a 2 ms timer as the supervisor has one.
 *
 * A turn ends with the first step after 1 ms, so the longest step says what it can take; its time is the least of ten runs,
 * in which the machine did nothing else meanwhile.
 *
 *     deno task bench:turns [SECONDS each]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { setImmediate } from "node:timers";
import { decodePacket, encodePacket, type OscMessage } from "../osc/packet/codec.ts";
import { immediately } from "../osc/packet/time_tag.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { serveOsc } from "../testing/osc/osc_server.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { TurnTimes } from "../testing/measure/turn_times.ts";
import { report } from "./report.ts";

const seconds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 3);
const messages = 1_024;
const { native, build } = await nativeForTests();
const { engine } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
let turnsMs: number[] = [];
const timed = (work: () => void) =>
  void setImmediate(() => {
    const startedMs = performance.now();
    work();
    turnsMs.push(performance.now() - startedMs);
  });
const { admission, port, space } = serveOsc(native, { engine, version: "bench", later: timed });

const pan: OscMessage = { address: "/synth/pan", args: [{ type: "f", value: 0 }] };
const full = (message: (index: number) => OscMessage) =>
  encodePacket({
    timeTag: immediately,
    elements: Array.from({ length: messages }, (_, index) => message(index)),
  });
const worst: Record<string, Uint8Array<ArrayBuffer>> = {
  "1,024 changes": full(() => pan),
  "1,024 patterns //": full((index) => ({ ...pan, address: `//pa{n,${index}}` })),
  "1,024 /help": full(() => ({ address: "/help", args: [] })),
  "1,024 /status": full(() => ({ address: "/status", args: [] })),
  "1,024 wrong addresses": full((index) => ({ address: `/wrong${index}`, args: [] })),
};

async function measure(name: string): Promise<Record<string, string | number>> {
  turnsMs = [];
  const before = admission.counts.packets;
  const timer = new TurnTimes();
  await new Promise((done) => setTimeout(done, seconds * 1_000));
  const gaps = timer.finish();
  const sorted = turnsMs.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  const texts = (values: readonly number[]) => values.map((value) => value.toFixed(1)).join(", ");
  return {
    "comes in": name,
    packets: admission.counts.packets - before,
    "turn ms: median, 99.9 %, worst": texts([at(0.5), at(0.999), at(1)]),
    "2 ms timer: median, 99.9 %, worst": texts(gaps),
  };
}

/** The longest step of a packet, and all of them, in milliseconds. */
function steps(bytes: Uint8Array<ArrayBuffer>): [number, number] {
  const sender = { key: "bench", hostname: "127.0.0.1", isLocal: true, reply: () => {} };
  const leastMs: number[] = [];
  for (let run = 0; run < 10; run++) {
    const work = space.begin(decodePacket(bytes), sender)!;
    for (let step = 0, more = true; more; step++) {
      const startedMs = performance.now();
      more = !work.next().done;
      leastMs[step] = Math.min(leastMs[step] ?? Infinity, performance.now() - startedMs);
    }
  }
  return [Math.max(...leastMs), leastMs.reduce((sum, each) => sum + each, 0)];
}

const rows = [await measure("nothing")];
const flood = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", "--no-check", "bench/osc_flood.ts", build.library, String(port), "50000"],
  cwd: new URL("..", import.meta.url),
}).spawn();
await new Promise((done) => setTimeout(done, 1_500));
rows.push(await measure("50,000 messages a second"));
flood.kill("SIGKILL");
await flood.status;
for (const [name, packet] of Object.entries(worst)) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const send = () => void socket.send(packet, { transport: "udp", hostname: "127.0.0.1", port });
  const sending = setInterval(send, 100);
  const [longest, all] = steps(packet).map((ms) => ms.toFixed(2));
  const measured = await measure(`ten packets of ${name} a second`);
  rows.push({ ...measured, "longest step, all steps in ms": `${longest}, ${all}` });
  clearInterval(sending);
  while (admission.counts.waiting > 0) await new Promise((done) => setTimeout(done, 10));
  socket.close();
}
await report("osc_turns", rows);
Deno.exit(0);
