/**
 * Malformed, truncated and mutated packets at full rate against an engine that plays. What must hold: the output is the
 * render of the session, bit for bit; every packet is either read or counted as dropped; the memory stays flat; a quiet
 * client is answered afterwards.
 *
 *     deno task fuzz:osc [PACKETS] [--seed S]
 */
import { developmentCommand } from "../../testing/development_command.ts";
import { CommandRefusedError, type EngineControl } from "../../engine/control/control.ts";
import { encodePacket, type OscMessage } from "../../osc/packet/codec.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { OutputCapture } from "../../testing/engine/output_capture.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { until } from "../../testing/until.ts";
import { TurnTimes } from "../../testing/measure/turn_times.ts";
import { serveOsc } from "../../testing/osc/osc_server.ts";
import { reportEvery } from "./fuzz_sender.ts";

/** What a run has shown. */
export interface FuzzReport {
  readonly seed: number;
  readonly sent: number;
  readonly seconds: number;
  /** Packets that were read, and what became of those that were not messages. */
  readonly read: number;
  readonly malformed: number;
  readonly failed: number;
  /** Dropped by the system because the receive buffer was full. */
  readonly dropped: number;
  /** Of those that were read, dropped because the queue was full. */
  readonly queueFull: number;
  readonly framesPlayed: number;
  readonly framesConcealed: number;
  /** Blocks whose render differs from what the device got, and whether all samples are the same, bit for bit. */
  readonly differingBlocks: number;
  readonly identical: boolean;
  readonly sounding: boolean;
  /** Resident memory after a tenth of the packets and at the end, without the capture that the run itself keeps. */
  readonly earlyMiB: number;
  readonly lateMiB: number;
  /** Time between two turns of a timer of 2 ms: median, 99.9 % and worst, in milliseconds. */
  readonly turnsMs: readonly [number, number, number];
  readonly answered: string;
}

/** Sends `packets` fuzzed packets to an engine of its own. */
export async function fuzz(packets: number, seed: number): Promise<FuzzReport> {
  const folder = await Deno.makeTempDir({ prefix: "understudy-fuzz-" });
  const session = `${folder}/fuzz.session`;
  const { engine } = await startTestEngine({
    environment: { UNDERSTUDY_SESSION: session, UNDERSTUDY_FAULTS: "off" },
    patch: (format) => compilePatch("sines", format),
    captureFrames: 1 << 20, // many seconds, for a main isolate that is held up
  });
  const { native, build } = await nativeForTests();
  const capture = new OutputCapture(engine.memory);
  const { admission, listener, port, stop } = serveOsc(native, { engine, version: "fuzz" });
  const captureBytes = () => (engine.memory.consumed() >>> 0) * engine.memory.geometry.blockFrames * 2 * 4;
  const residentMiB = () => (Deno.memoryUsage().rss - captureBytes()) / 2 ** 20;
  const sender = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", new URL("./fuzz_sender.ts", import.meta.url).pathname],
      ...[build.library, port, seed, packets].map(String),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let [sent, earlyMiB, startedMs] = [0, 0, 0];
  let turns: TurnTimes | undefined;
  try {
    const lines = sender.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of lines) {
      const line = text.trimEnd().split("\n").at(-1); // several may come at once
      if (startedMs === 0) startedMs = performance.now();
      turns ??= new TurnTimes();
      sent = Number(line);
      if (earlyMiB === 0 && sent >= packets / 10) earlyMiB = residentMiB();
      play(engine, sent);
    }
    if (!(await sender.status).success) throw new Error("the sender failed");
    const seconds = (performance.now() - startedMs) / 1_000;
    const turnsMs = turns!.finish();
    await until(
      "every packet is accounted for",
      () => (listener.countDrops(),
        admission.counts.packets + admission.counts.dropped >= sent && admission.counts.waiting === 0),
    );
    const lateMiB = residentMiB();
    const { packets: read, malformed, failed, dropped, queueFull } = admission.counts;
    const answered = await ask(port, { address: "/version", args: [] });
    await engine.settled();
    await stop();
    const { concealedFrames } = engine.status();
    await engine.stop();
    const captured = capture.finish();
    const rendered = await renderAgain(session);
    return {
      seed,
      sent,
      seconds,
      read,
      malformed,
      failed,
      dropped,
      queueFull,
      framesPlayed: captured.length / 2,
      framesConcealed: concealedFrames,
      differingBlocks: rendered.differingBlocks,
      identical: sameBits(captured, rendered.samples.subarray(0, captured.length)),
      sounding: captured.some((sample) => sample !== 0),
      earlyMiB,
      lateMiB,
      turnsMs,
      answered,
    };
  } finally {
    turns?.finish();
    await stop();
    await engine.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Notes that do not depend on what the fuzzer hits. */
function play(engine: Pick<EngineControl, "submit">, count: number): void {
  const step = Math.floor(count / reportEvery);
  const id = 1_000 + step % 8;
  try {
    engine.submit([
      { kind: "noteOff", instrument: 0, id },
      { kind: "noteOn", instrument: 0, id, number: 48 + step % 24, velocity: 0.3 },
    ]);
  } catch (error) {
    if (!(error instanceof CommandRefusedError)) throw error; // the log may be full of what the fuzzer has said
  }
}

/** The answer to a client that sends nothing else. */
async function ask(port: number, message: OscMessage): Promise<string> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  await socket.send(encodePacket(message), { transport: "udp", hostname: "127.0.0.1", port });
  const timer = setTimeout(() => socket.close(), 60_000);
  const [bytes] = await socket.receive();
  clearTimeout(timer);
  socket.close();
  return new TextDecoder().decode(bytes).replace(/\0.*/s, "");
}

/** Bit for bit, so that -0 and NaN count as what they are. */
function sameBits(a: Float32Array<ArrayBuffer>, b: Float32Array<ArrayBuffer>): boolean {
  const [left, right] = [a, b].map((floats) =>
    new Uint32Array(floats.buffer, floats.byteOffset, floats.length)
  );
  return left.length === right.length && left.every((word, index) => word === right[index]);
}

/** What holds is said; what does not is an error. */
function conclude(report: FuzzReport): void {
  const { seed, sent, seconds, read, malformed, dropped, earlyMiB, lateMiB, turnsMs, answered } = report;
  const [median, most, worst] = turnsMs.map((ms) => ms.toFixed(1));
  console.log(
    `seed ${seed}: ${sent} packets in ${seconds.toFixed(1)} s, ${Math.round(sent / seconds)} a second`,
  );
  console.log(
    `${read} read, of which ${malformed} were malformed and ${report.queueFull} came too fast; ` +
      `${dropped} dropped by the system; ${sent - read - dropped} unaccounted for`,
  );
  console.log(
    `${report.framesPlayed} frames played, ${report.framesConcealed} concealed; ` +
      `${report.identical ? "bit for bit" : "NOT"} the render of the session`,
  );
  console.log(`memory ${earlyMiB.toFixed(0)} MiB after a tenth, ${lateMiB.toFixed(0)} MiB at the end`);
  console.log(`turns of the main isolate: ${median} ms median, ${most} ms 99.9 %, ${worst} ms worst`);
  const wrong = report.differingBlocks > 0 || !report.identical || !report.sounding || report.failed > 0 ||
    read + dropped !== sent || answered !== "/version.reply" || lateMiB - earlyMiB > maxGrowthMiB;
  if (wrong) throw new Error(`the fuzzer has found something: ${JSON.stringify(report)}`);
}

/** Growth that counts as flat: heaps breathe between two collections. */
const maxGrowthMiB = 96;

if (import.meta.main) {
  const { numberAt, options: { seed } } = developmentCommand(import.meta.url, {
    maxWords: 1,
    options: { seed: { usual: Date.now() % 1_000_000, about: "of the random numbers" } },
  });
  const count = numberAt(0, 10_000_000);
  conclude(await fuzz(count, seed));
  Deno.exit(0);
}
