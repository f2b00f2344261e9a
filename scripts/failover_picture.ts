/**
 * Draws what a fall looks like into docs/pictures/failover.svg: an engine plays a note by the clock, its primary renderer is
 * killed, and the picture shows what each renderer wrote into its ring and what the device got. Every sample in it is one of
 * that run; what the device got is first compared with the render of the session.
 *
 *     deno task picture:failover
 */
import { loadNative } from "../config/load_native.ts";
import { readConfig } from "../config/settings.ts";
import { Engine } from "../engine/engine.ts";
import { compileGraph } from "../compiler/compile.ts";
import { fixed } from "../engine/memory/layout.ts";
import { patchNamed } from "../patches/ready/catalogue.ts";
import { OutputCapture } from "../testing/engine/output_capture.ts";
import { renderAgain } from "../testing/engine/render_again.ts";
import { type Blocks, RingReader } from "./ring_reader.ts";
import { inFolder } from "../testing/in_folder.ts";
import { sameBits } from "../testing/patch/patch_player.ts";
import { until } from "../testing/until.ts";

const picture = new URL("../docs/pictures/failover.svg", import.meta.url);

/** Time drawn before and after the fault. */
const beforeSeconds = 0.035;
const afterSeconds = 0.085;

const width = 1_000;
const labelWidth = 165;
const laneHeight = 64;

/** What was seen of a run. */
interface Run {
  readonly rings: readonly Blocks[];
  /** The seat that was killed, and the block that the device was at. */
  readonly killed: number;
  readonly faultBlock: number;
  /** One channel from block 0 on. */
  readonly device: Float32Array;
  readonly blockFrames: number;
  readonly sampleRateHz: number;
  readonly lookaheadBlocks: number;
}

async function play(session: string): Promise<Run> {
  const config = readConfig({
    UNDERSTUDY_DRIVER: "clock",
    UNDERSTUDY_FAULTS: "on",
    UNDERSTUDY_SESSION: session,
  });
  const { native, path } = await loadNative(config, (text) => console.error(text));
  const { sampleRateHz, channels, inputChannels, blockFrames } = config;
  const format = { sampleRateHz, channels, inputChannels, maximumBlockFrames: blockFrames };
  const patch = compileGraph(patchNamed("sines").build(format), format);
  const quiet = () => {};
  const engine = await Engine.start({
    config,
    patch,
    native,
    nativeLibrary: path,
    log: { debug: quiet, info: quiet, warning: console.error, error: console.error },
    version: "picture",
    captureFrames: 1 << 18,
  });
  const { memory } = engine;
  const capture = new OutputCapture(memory);
  const reader = new RingReader(memory.buffer);
  const inLockstep = () => Object.values(engine.status().rendererIds).every((id) => id !== 0);
  const passes = (blocks: number) => {
    const end = memory.consumed() + blocks;
    return until("the next blocks", () => memory.consumed() >= end);
  };
  const blocksIn = (seconds: number) => Math.ceil(seconds * sampleRateHz / blockFrames);
  try {
    await until("three renderers in lockstep", inLockstep);
    engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 57, velocity: 1 }]);
    await passes(blocksIn(1));
    const killed = Atomics.load(memory.words, fixed.control.roleRing.index) - 1;
    const faultBlock = memory.consumed();
    engine.injectFault("kill", "primary");
    await passes(blocksIn(afterSeconds) + 8);
    const rings = await reader.finish();
    await until("three renderers in lockstep again", inLockstep);
    await engine.stop();
    const whole = capture.finish();
    const device = Float32Array.from(
      { length: whole.length / channels },
      (_, frame) => whole[frame * channels],
    );
    const { samples, differingBlocks } = await renderAgain(session);
    if (differingBlocks > 0 || !sameBits(whole, samples)) {
      throw new Error("the render differs from what the device got");
    }
    return {
      rings,
      killed,
      faultBlock,
      device,
      blockFrames,
      sampleRateHz,
      lookaheadBlocks: config.lookaheadBlocks,
    };
  } finally {
    await reader.finish();
    await engine.stop();
  }
}

/** Points of a lane; a gap where a ring has no block. */
function lane(run: Run, sampleAt: (frame: number) => number | undefined, middle: number): string {
  const first = Math.round(run.faultBlock * run.blockFrames - beforeSeconds * run.sampleRateHz);
  const frames = Math.round((beforeSeconds + afterSeconds) * run.sampleRateHz);
  const scale = laneHeight * 0.4 / loudest(run);
  let path = "";
  let drawn = false;
  for (let frame = 0; frame < frames; frame += 4) {
    const sample = sampleAt(first + frame);
    if (sample !== undefined) {
      const x = labelWidth + frame / frames * (width - labelWidth - 20);
      path += `${drawn ? "L" : "M"}${x.toFixed(1)} ${(middle - sample * scale).toFixed(1)}`;
    }
    drawn = sample !== undefined;
  }
  return path;
}

function lookaheadMs({ lookaheadBlocks, blockFrames, sampleRateHz }: Run): string {
  return `${(lookaheadBlocks * blockFrames / sampleRateHz * 1_000).toFixed(1)} ms`;
}

function loudest({ device }: Run): number {
  return device.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-6);
}

function draw(run: Run): string {
  const { rings, killed, faultBlock, blockFrames, device } = run;
  const ofRing = (blocks: Blocks) => (frame: number) =>
    blocks.get(Math.floor(frame / blockFrames))?.[frame % blockFrames];
  const isDrawn = (blocks: Blocks) => {
    const last = faultBlock + Math.ceil(afterSeconds * run.sampleRateHz / blockFrames);
    return [...blocks.keys()].some((block) => block >= faultBlock && block <= last);
  };
  const seats = rings.map((_, seat) => seat).filter((seat) => isDrawn(rings[seat]) || seat === killed);
  const lanes = seats.map((seat, row) => {
    const middle = 70 + row * laneHeight;
    const joined =
      Math.min(...rings[seat].keys()) > faultBlock - beforeSeconds * run.sampleRateHz / blockFrames;
    const label = seat === killed
      ? "renderer 1, killed"
      : joined
      ? `renderer ${seat + 1}, joins`
      : `renderer ${seat + 1}`;
    return `<text class="label" x="8" y="${middle + 5}">${label}</text>` +
      `<path class="${seat === killed ? "fallen" : "ring"}" d="${lane(run, ofRing(rings[seat]), middle)}"/>`;
  });
  const deviceMiddle = 70 + seats.length * laneHeight + 24;
  const height = deviceMiddle + laneHeight / 2 + 34;
  const faultX = labelWidth + beforeSeconds / (beforeSeconds + afterSeconds) * (width - labelWidth - 20);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"
  aria-label="Three renderers play the same wave. One is killed, and its line ends. The line of the device goes on.">
<style>
  text { font: 15px system-ui, sans-serif; fill: #3b4252; }
  .label { font-weight: 600; }
  path { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
  .ring { stroke: #2a7f9e; }
  .fallen { stroke: #c2452d; }
  .device { stroke: #1b1f27; stroke-width: 2.4; }
  .fault { stroke: #c2452d; stroke-width: 1.4; stroke-dasharray: 4 4; }
  .rule { stroke: #9aa3b2; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #d8dee9; }
    .ring { stroke: #6cc3e0; }
    .fallen, .fault { stroke: #ff8a70; }
    .device { stroke: #f2f5fa; }
    .rule { stroke: #5b6472; }
  }
</style>
<line class="fault" x1="${faultX}" x2="${faultX}" y1="30" y2="${height - 30}"/>
<text x="${faultX + 8}" y="26">kill</text>
${lanes.join("\n")}
<line class="rule" x1="8" x2="${width - 20}" y1="${deviceMiddle - laneHeight / 2 - 10}" y2="${
    deviceMiddle - laneHeight / 2 - 10
  }"/>
<text class="label" x="8" y="${deviceMiddle + 5}">what is heard</text>
<path class="device" d="${lane(run, (frame) => device[frame], deviceMiddle)}"/>
<text x="${labelWidth}" y="${height - 8}">${
    ((beforeSeconds + afterSeconds) * 1_000).toFixed(0)
  } ms; the device's samples equal the render of the session, bit for bit. A renderer is ${
    lookaheadMs(run)
  } ahead.</text>
</svg>
`;
}

if (import.meta.main) {
  const run = await inFolder((folder) => play(`${folder}/failover.session`));
  await Deno.writeTextFile(picture, draw(run));
  console.log(`wrote ${picture.pathname.slice(new URL("..", import.meta.url).pathname.length)}`);
}
