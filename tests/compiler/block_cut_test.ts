/** Blocks of any size, cut anywhere, give the same bytes: what is heard depends on frames only. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SampleLoader } from "../../engine/samples/sample_loader.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { compileGraph } from "../../compiler/compile.ts";
import { patches, patchNames } from "../../patches/ready/catalogue.ts";
import { compileWithSamples } from "../../testing/patch/compile_named.ts";
import { PatchPlayer, peak, sameBits, testFormat } from "../../testing/patch/patch_player.ts";
import { playEvent } from "../../testing/compiler/comparison.ts";
import { sharedItems, sharedRuns } from "../../testing/share.ts";
import { type Event, patchOf, recipes } from "../../testing/compiler/random_patch.ts";

const blockSizes = [32, 64, 128, 256, 512, 1_024];
const totalFrames = 6_144;
const scoresOfPatch = sharedRuns("scores of each ready patch in blocks of every size", 12, 6);

/** An event at a frame of the whole. */
interface Timed {
  readonly frame: number;
  readonly event: Event;
}

/** Plays as the engine does: block after block, each in pieces between its events, and at further cuts. */
function playScore(
  patch: CompiledPatch,
  score: readonly Timed[],
  blockFrames: number,
  cuts: readonly number[] = [],
): Float32Array<ArrayBuffer> {
  const player = new PatchPlayer(patch, 5);
  const { channels, inputChannels, outputOffset, inputOffset } = patch.arena;
  const whole = new Float32Array(totalFrames * channels);
  const ordered = [...score].sort((a, b) => a.frame - b.frame);
  const isCut = new Set([...cuts, ...ordered.map(({ frame }) => frame)]);
  let done = 0;
  for (let start = 0; start < totalFrames; start += blockFrames) {
    const input = new Float32Array(player.memory, inputOffset, blockFrames * inputChannels);
    input.forEach((_, index) => input[index] = Math.sin((start * inputChannels + index) / 7));
    for (let at = start; at < start + blockFrames;) {
      while (ordered[done]?.frame === at) playEvent(player, ordered[done++].event);
      let end = at + 1;
      while (end < start + blockFrames && !isCut.has(end)) end++;
      player.exports.render(at - start, end - at);
      at = end;
    }
    whole.set(new Float32Array(player.memory, outputOffset, blockFrames * channels), start * channels);
  }
  return whole;
}

const frames = fc.integer({ min: 0, max: totalFrames - 1 });

/** Scores for patches whose parameters have these ranges. */
function scoresFor({ parameters }: CompiledPatch): fc.Arbitrary<Timed[]> {
  const set = fc.record({
    index: fc.nat(parameters.length - 1),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
  })
    .map(({ index, place }): Event => {
      const { min, max } = parameters[index];
      return { do: "set", index, value: min + place * (max - min) };
    });
  const event: fc.Arbitrary<Event> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("on" as const),
        id: fc.nat(40),
        number: fc.double({ min: 30, max: 90, noNaN: true }),
        velocity: fc.double({ min: 0.1, max: 1, noNaN: true }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("off" as const), id: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pedal" as const), down: fc.boolean() }) },
    { weight: 4, arbitrary: set },
  );
  return fc.array(fc.record({ frame: frames, event }), { minLength: 5, maxLength: 60 });
}

/** Stands at the beginning of every score, so that none of them compares silence only. */
const firstNote: Timed = { frame: 0, event: { do: "on", id: 41, number: 60, velocity: 0.8 } };

/** Compares all block sizes, and random cuts. Returns the loudest sample. */
function compareAll(patch: CompiledPatch, score: readonly Timed[], cuts: readonly number[]): number {
  const expected = playScore(patch, score, blockSizes[0]);
  for (const blockFrames of blockSizes.slice(1)) {
    assert.ok(sameBits(playScore(patch, score, blockFrames), expected), `blocks of ${blockFrames}`);
    assert.ok(
      sameBits(playScore(patch, score, blockFrames, cuts), expected),
      `blocks of ${blockFrames}, cut`,
    );
  }
  return peak(expected);
}

for (const name of sharedItems("ready patches in blocks of every size", patchNames, 3)) {
  Deno.test(`patch ${name}: any score gives the same bytes in blocks of any size, cut anywhere`, async () => {
    const format = { ...testFormat, inputChannels: 2 };
    const compiled = await compileWithSamples(name, format, new SampleLoader());
    let loudest = 0;
    fc.assert(
      fc.property(scoresFor(compiled), fc.array(frames, { maxLength: 40 }), (score, cuts) => {
        loudest = Math.max(loudest, compareAll(compiled, [firstNote, ...score], cuts));
      }),
      scoresOfPatch,
    );
    assert.ok(loudest > 0, "something was heard"); // softly, where scores turn all faders down
  });
}

Deno.test("random patches: any score gives the same bytes in blocks of any size, cut anywhere", () => {
  const format = { ...testFormat, sampleRateHz: 8_000, channels: 4, inputChannels: 2 };
  fc.assert(
    fc.property(recipes, fc.nat(), (recipe, seed) => {
      const compiled = compileGraph(patchOf(recipe).build(format), format);
      const [score] = fc.sample(scoresFor(compiled), { numRuns: 1, seed });
      compareAll(compiled, score, fc.sample(frames, { numRuns: 30, seed }));
    }),
    sharedRuns("random patches in blocks of every size", 15, 3),
  );
});

Deno.test("an event one frame later is heard: the comparison can fail", () => {
  const compiled = compileGraph(patches.sines.build(testFormat), testFormat);
  const at = (frame: number): Timed[] => [{ frame, event: { do: "on", id: 1, number: 60, velocity: 1 } }];
  const [early, late] = [at(1_000), at(1_001)].map((score) => playScore(compiled, score, 128));
  assert.ok(!sameBits(early, late));
  assert.ok(sameBits(early.slice(0, -2), late.slice(2)));
});
