/**
 * The time from sending a command to the moment at which a device without latency of its own plays its first sample, from captured audio: each note
 * begins in silence, so that its first sample that is not zero is its onset.
 */
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { encodePacket, type OscArgument } from "../osc/packet/codec.ts";
import { fixed } from "../engine/memory/layout.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";
import { serveOsc } from "../testing/osc/osc_server.ts";
import { OutputCapture } from "../testing/engine/output_capture.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { TurnTimes } from "../testing/measure/turn_times.ts";
import { FrameClock } from "./frame_clock.ts";
import { FastSocket } from "./osc_servers.ts";

const notes = 200;
const noteMs = 40;
const silenceMs = 60;
const channels = 2;
const sampleRateHz = 48_000;

/** Messages a second of another sender, beside the notes. */
const loads = [0, 10_000, 50_000];

/** One row for each load: latency in milliseconds, and how punctual the main isolate is. */
export async function latencies(
  native: NativeLibrary,
  library: string,
): Promise<Record<string, string | number>[]> {
  const rows: Record<string, string | number>[] = [];
  for (const load of loads) rows.push(await latency(native, library, load));
  return rows;
}

async function latency(
  native: NativeLibrary,
  library: string,
  load: number,
): Promise<Record<string, string | number>> {
  const { engine } = await startTestEngine({
    patch: (format) => compilePatch("sines", format),
    captureFrames: 1 << 17,
  });
  const { port, stop } = serveOsc(native, { engine, version: "bench" });
  const socket = new FastSocket(native, port);
  const say = (address: string, ...args: OscArgument[]) => socket.send(encodePacket({ address, args }));
  const { words } = engine.memory;
  const frames = () => Atomics.load(words, fixed.clock.captureHead.index) >>> 0;
  say("/synth/attackSeconds", { type: "f", value: 0.001 });
  say("/synth/releaseSeconds", { type: "f", value: 0.001 });
  const flood = load === 0 ? undefined : startFlood(library, port, load);
  await new Promise((done) => setTimeout(done, 1_000));
  const capture = new OutputCapture(engine.memory);
  const clock = new FrameClock(frames, {
    sampleRateHz,
    callFrames: engine.memory.geometry.blockFrames,
  });
  const turns = new TurnTimes();
  const sentMs: number[] = [];
  for (let note = 0; note < notes; note++) {
    const id: OscArgument = { type: "i", value: 60 };
    sentMs.push(performance.now());
    say("/note", id, { type: "f", value: 1 });
    await new Promise((done) => setTimeout(done, noteMs));
    say("/off", id);
    await new Promise((done) => setTimeout(done, silenceMs + Math.random() * 10));
  }
  const [turnMs, maxTurnMs, worstTurnMs] = turns.finish();
  clock.stop();
  const { latencyMs } = engine.status();
  const samples = capture.finish();
  flood?.kill("SIGKILL");
  await flood?.status;
  socket.close();
  await stop();
  await engine.stop();
  const onsets = onsetsOf(samples).map((frame) => clock.playedMs(frame));
  const found = sentMs.flatMap((ms) => {
    const onset = onsets.find((at) => at > ms);
    return onset === undefined || onset - ms > noteMs + silenceMs ? [] : [onset - ms];
  }).toSorted((a, b) => a - b);
  const at = (part: number) =>
    (found[Math.min(found.length - 1, Math.floor(found.length * part))] ?? NaN).toFixed(1);
  return {
    "other messages a second": load,
    notes: `${found.length} of ${notes}`,
    "stated ms": latencyMs.toFixed(1),
    least: at(0),
    median: at(0.5),
    "95 %": at(0.95),
    "99 %": at(0.99),
    most: at(1),
    "tick of 2 ms: median": turnMs.toFixed(1),
    "99.9 %": maxTurnMs.toFixed(1),
    worst: worstTurnMs.toFixed(1),
  };
}

/** Frames at which sound begins after silence of half the pause at least. */
function onsetsOf(samples: Float32Array): number[] {
  const onsets: number[] = [];
  const quietFrames = silenceMs / 2_000 * sampleRateHz;
  let silent = quietFrames;
  for (let frame = 0; frame < samples.length / channels; frame++) {
    if (samples[frame * channels] === 0 && samples[frame * channels + 1] === 0) silent++;
    else {
      if (silent >= quietFrames) onsets.push(frame);
      silent = 0;
    }
  }
  return onsets;
}

function startFlood(library: string, port: number, perSecond: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", new URL("./osc_flood.ts", import.meta.url).pathname],
      ...[library, String(port), String(perSecond)],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}
