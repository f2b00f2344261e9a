/**
 * Streams under a seeded scheduler: the steps of three renderers, and pages that come and go, in any order. Whatever the order, a
 * block is the same in all renderers that render it, and it is what the plain retelling says, or silence where it was late.
 */
import assert from "node:assert/strict";
import { StreamSeals } from "../../engine/log/stream_seals.ts";
import { slotSamplesIndex } from "../../engine/memory/places.ts";
import { pageFrames } from "../../engine/memory/stream_pages.ts";
import type { Renderer } from "../../engine/renderer/renderer.ts";
import { RendererStaleError } from "../../engine/renderer/renderer_stale_error.ts";
import {
  lineFile,
  lineFrames,
  lineSample,
  loadLine,
  play,
  StreamStage,
} from "../../testing/engine/stream_renderer.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";

const rings = [0, 1, 2] as const;
const blocks = 12;
const blockFrames = 32;
const slices = [[130, 1], [4_100, 1], [4_140, 3], [lineFrames, 1]] as const;
const pages = Math.ceil(lineFrames / pageFrames(2));

const steps = ["claim", "takeCommands", "hear", "render", "store", "publish"] as const;

/** The frame of the file that sounds in each frame, where nothing is late: played one frame at a time. */
function retell(
  start: number,
  seek: { readonly at: number; readonly frame: number },
): (number | undefined)[] {
  let frame = 0;
  let slice = 0;
  let plays = 0;
  return Array.from({ length: blocks * blockFrames }, (_, now) => {
    if (now === seek.at) {
      frame = seek.frame;
      slice = slices.findIndex(([end]) => end > frame);
      plays = 0;
    }
    if (now < start || slice === slices.length) return undefined;
    const sounding = frame++;
    if (frame === slices[slice][0]) {
      if (++plays < slices[slice][1]) frame = slice === 0 ? 0 : slices[slice - 1][0];
      else {
        slice++;
        plays = 0;
      }
    }
    return sounding;
  });
}

/** Runs one seed; returns what is wrong. */
function simulate(
  seed: number,
): { readonly violations: string[]; readonly late: number; readonly stale: number } {
  const random = new SeededRandom(seed);
  const stage = new StreamStage();
  const [start, at] = [random.below(40), 60 + random.below(200)];
  const seek = { at, frame: [0, 4_090, 4_110, 8_180][random.below(4)] };
  stage.send(loadLine(...slices));
  stage.send([play], start);
  stage.send([{ what: "seek", frame: seek.frame }], at);
  const told = retell(start, seek);
  const threads = rings.map((ring): { ring: number; renderer: Renderer; step: number; isStale: boolean } => ({
    ...{ ring, renderer: stage.renderer(ring), step: 0, isStale: false },
  }));
  const heard = new Map<number, number[]>();
  const violations: string[] = [];
  let late = 0;
  if (random.chance(0.7)) stage.loadPage(0);
  for (let left = 1_500; left > 0; left--) {
    if (random.chance(0.02)) stage.loadPage(random.below(pages));
    if (random.chance(0.001)) stage.pool.forget(lineFile);
    const thread = threads[random.below(rings.length)];
    const { ring, renderer, step } = thread;
    if (thread.isStale || (step === 0 && renderer.block === blocks)) continue;
    const { block } = renderer;
    try {
      renderer[steps[step]]();
    } catch (error) {
      if (!(error instanceof RendererStaleError)) throw error;
      thread.isStale = true;
      continue;
    }
    thread.step = (step + 1) % steps.length;
    if (thread.step !== 0) continue;
    const first = slotSamplesIndex(stage.memory, ring, block);
    const samples = [...stage.memory.floats.slice(first, first + 2 * blockFrames)].filter((_, index) =>
      index % 2 === 0
    );
    const before = heard.get(block);
    if (before === undefined) heard.set(block, samples);
    else if (before.some((sample, index) => sample !== samples[index])) {
      violations.push(`seed ${seed}: block ${block} differs between renderers`);
    }
    const right = told.slice(block * blockFrames, (block + 1) * blockFrames)
      .map((frame) => frame === undefined ? 0 : lineSample(frame));
    if (samples.every((sample, index) => sample === right[index])) continue;
    late++;
    if (samples.some((sample) => sample !== 0)) {
      violations.push(`seed ${seed}: block ${block} is neither right nor silent`);
    }
  }
  return { violations, late, stale: threads.filter(({ isStale }) => isStale).length };
}

const seeds = Array.from({ length: 24 }, (_, seed) => seed);

Deno.test("a block of streams is the same in all renderers, and right or silent, whenever pages come and go", () => {
  const results = seeds.map(simulate);
  assert.deepEqual(results.flatMap(({ violations }) => violations), []);
  assert.ok(results.some(({ late }) => late > 0) && results.some(({ late }) => late === 0));
  assert.ok(results.some(({ stale }) => stale > 0));
});

Deno.test("a renderer that asks no other whether a player is late is caught", () => {
  const { claim } = StreamSeals.prototype;
  StreamSeals.prototype.claim = (_block, _half, late) => late;
  try {
    assert.ok(seeds.flatMap((seed) => simulate(seed).violations).length > 0);
  } finally {
    StreamSeals.prototype.claim = claim;
  }
});
