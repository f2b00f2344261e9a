/**
 * From GO to its sound, in captured audio: the latency beside the one that is stated, its jitter, and whether two cues of one group
 * begin in the same frame. GO is pressed at random moments, by a call in the process and as an OSC message, with and without faults.
 *
 *     deno task bench:go [PRESSES a row] [SEED]
 */
import { fixed } from "../engine/memory/layout.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { encodePacket } from "../osc/packet/codec.ts";
import { developmentCommand } from "../testing/development_command.ts";
import { OutputCapture } from "../testing/engine/output_capture.ts";
import { inFolder } from "../testing/in_folder.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { serveOsc } from "../testing/osc/osc_server.ts";
import { busPatch } from "../testing/patch/bus_patch.ts";
import { SeededRandom } from "../testing/seeded_random.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { writeNoise } from "../testing/sound/noise_file.ts";
import { writeShow } from "../testing/show/test_shows.ts";
import { FrameClock } from "./frame_clock.ts";
import { median } from "./median.ts";
import { FastSocket } from "./osc_servers.ts";
import { report } from "./report.ts";

const { numberAt } = developmentCommand(import.meta.url, { maxWords: 2 });
const [presses, seed] = [numberAt(0, 200), numberAt(1, 1)];
const sampleRateHz = 48_000;
/** Length of each sound, and the least time from one GO to the next. */
const [soundMs, gapMs] = [30, 120];

interface Measured {
  readonly by: "a call" | "OSC";
  readonly faults: boolean;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** One row: GO pressed by a call or by OSC, while renderers are broken or not. */
async function measure(
  native: NativeLibrary,
  folder: string,
  { by, faults }: Measured,
): Promise<Record<string, string | number>> {
  const random = new SeededRandom(seed);
  const refuse = () => Promise.reject(new Error("this show has neither patches nor messages"));
  const { engine, lockstep } = await startTestEngine({
    patch: busPatch,
    captureFrames: 1 << 17,
    environment: { UNDERSTUDY_STREAM_MIB: "16", UNDERSTUDY_CEILING_DB: "off" },
    shows: {
      ...{ channels: 2, allowedShow: (file: string) => file, loadPatch: refuse, send: refuse },
      patchProblem: () => Promise.resolve(undefined),
    },
  });
  const capture = new OutputCapture(engine.memory);
  await lockstep();
  await engine.loadShow(`${folder}/play.json`);
  const { port, stop } = serveOsc(native, { engine, version: "bench" });
  const socket = new FastSocket(native, port);
  const go = encodePacket({ address: "/go", args: [] });
  const { geometry, words } = engine.memory;
  const clock = new FrameClock(() => Atomics.load(words, fixed.clock.captureHead.index) >>> 0, {
    sampleRateHz,
    callFrames: geometry.blockFrames,
  });
  const show = engine.show!;
  const pressedMs: number[] = [];
  for (let press = 0; press < presses; press++) {
    show.press({ event: "jump", cue: "1" });
    await pause(gapMs + random.next() * 20);
    if (faults && press % 4 === 3) engine.injectFault("throw", random.pick(["primary", "standby"]));
    pressedMs.push(performance.now());
    if (by === "OSC") socket.send(go);
    else show.press({ event: "go" });
    await pause(soundMs + 20);
  }
  clock.stop();
  const { latencyMs } = engine.status();
  const samples = capture.finish();
  socket.close();
  await stop();
  await engine.stop();
  const [left, right] = [0, 1].map((channel) => onsetsOf(samples, channel));
  const heard = pressedMs.flatMap((ms) => {
    const onset = left.find((frame) => clock.playedMs(frame) > ms);
    const after = onset === undefined ? Infinity : clock.playedMs(onset) - ms;
    return after < gapMs ? [after] : [];
  });
  const blockMs = geometry.blockFrames / sampleRateHz * 1_000;
  const spread = Math.max(...heard) - Math.min(...heard);
  return {
    "GO by": by,
    faults: faults ? "throughout" : "none",
    heard: `${heard.length} of ${presses}`,
    "stated ms": (latencyMs + blockMs).toFixed(2),
    least: Math.min(...heard).toFixed(2),
    median: median(heard).toFixed(2),
    most: Math.max(...heard).toFixed(2),
    "jitter, blocks": (spread / blockMs).toFixed(2),
    "both of a group in one frame": `${
      left.filter((frame) => right.includes(frame)).length
    } of ${left.length}`,
  };
}

/** Frames at which a channel sounds after silence of half the gap at least. */
function onsetsOf(samples: Float32Array, channel: number): number[] {
  const onsets: number[] = [];
  const quietFrames = gapMs / 2_000 * sampleRateHz;
  let silent = quietFrames;
  for (let frame = 0; frame < samples.length / 2; frame++) {
    if (samples[2 * frame + channel] === 0) silent++;
    else {
      if (silent >= quietFrames) onsets.push(frame);
      silent = 0;
    }
  }
  return onsets;
}

const { native } = await nativeForTests();
await inFolder(async (folder) => {
  const frames = soundMs / 1_000 * sampleRateHz;
  for (const [index, name] of ["left", "right"].entries()) {
    await writeNoise({ path: `${folder}/${name}.wav`, seed: index + 1, frames, channels: 1 });
  }
  const group = ["left", "right"].map((name) => ({ play: `${name}.wav`, outputs: name }));
  await writeShow(folder, {
    ...{ goGuardSeconds: 0, outputs: { left: [1], right: [2] } },
    cues: [{ number: 1, group }],
  });
  const rows = [];
  for (const by of ["a call", "OSC"] as const) {
    for (const faults of [false, true]) rows.push(await measure(native, folder, { by, faults }));
  }
  await report("go", rows);
});
