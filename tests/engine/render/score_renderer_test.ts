import assert from "node:assert/strict";
import fc from "fast-check";
import type { Command, ScoreEvent } from "../../../engine/control/control.ts";
import { ScoreUnplayableError, silenceSeconds } from "../../../engine/render/score_renderer.ts";
import type { ParameterDeclaration } from "../../../compiler/graph/compiled_patch.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { compileForTest, sameBits, testFormat } from "../../../testing/patch/patch_player.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { definePatch } from "../../../modules/patch.ts";
import { delay } from "../../../modules/time/delay.ts";
import {
  clickInstrument,
  clicks,
  renderConfig,
  renderSamples,
} from "../../../testing/patch/render_samples.ts";

const clickPatch = await compileForTest(clicks);
const echoSeconds = 1.5;
const echoPatch = await compileForTest(definePatch({
  name: "echo",
  instruments: { clicks: clickInstrument },
  parameters: {},
  output: ({ clicks }) => delay({ input: clicks, timeSeconds: echoSeconds, feedback: 0, maximumSeconds: 2 }),
}));
const silence = silenceSeconds * renderConfig.sampleRateHz;

function note(frame: number, id = 60, velocity = 0.5): ScoreEvent {
  return { frame, commands: [{ kind: "noteOn", instrument: 0, id, number: id, velocity }] };
}

function off(frame: number, id = 60): ScoreEvent {
  return { frame, commands: [{ kind: "noteOff", instrument: 0, id }] };
}

function sounding(samples: Float32Array): number[] {
  return Array.from(samples.keys()).filter((index) => index % 2 === 0 && samples[index] !== 0).map((index) =>
    index / 2
  );
}

Deno.test("notes sound at exactly their frames, however these lie to the blocks", async () => {
  const blockFrames = fc.constantFrom(32, 64, 128, 256, 512, 1_024);
  const frames = fc.uniqueArray(fc.nat(5_000), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(frames, blockFrames, async (wanted, blockFrames) => {
      const ordered = wanted.toSorted((a, b) => a - b);
      const events = ordered.flatMap((frame, index) => [note(frame, index), off(frame + 1, index)]);
      const { samples } = await renderSamples(clickPatch, events, { frames: 5_001 }, { blockFrames });
      assert.deepEqual(sounding(samples), ordered);
    }),
    { numRuns: 30 },
  );
});

/** Scores that use everything a patch understands. */
function scores(parameters: readonly ParameterDeclaration[]): fc.Arbitrary<ScoreEvent[]> {
  const id = fc.integer({ min: 30, max: 90 });
  const command: fc.Arbitrary<Command> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ id, velocity: fc.float({ min: 0, max: 1, noNaN: true }) }).map((
        { id, velocity },
      ): Command => ({ kind: "noteOn", instrument: 0, id, number: id, velocity })),
    },
    { weight: 4, arbitrary: id.map((id): Command => ({ kind: "noteOff", instrument: 0, id })) },
    fc.boolean().map((down): Command => ({ kind: "pedal", instrument: 0, down })),
    fc.constant<Command>({ kind: "panic" }),
    fc.record({ parameter: fc.nat(parameters.length - 1), part: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map(({ parameter, part }): Command => {
        const { min, max } = parameters[parameter];
        return { kind: "set", parameter, value: Math.min(max, Math.fround(min + part * (max - min))) };
      }),
  );
  const event = fc.record({ frame: fc.nat(20_000), commands: fc.array(command, { maxLength: 3 }) });
  return fc.array(event, { maxLength: 60 }).map((events) => events.sort((a, b) => a.frame - b.frame));
}

for (const name of ["keys", "sines"]) {
  Deno.test(`any score of ${name} gives the same bytes in blocks of 32 to 1024 frames`, async () => {
    const patch = compilePatch(name, testFormat);
    await fc.assert(
      fc.asyncProperty(
        scores(patch.parameters),
        fc.constantFrom(32, 64, 256, 512, 1_024),
        fc.oneof(fc.record({ frames: fc.nat(24_000) }), fc.record({ tailFrames: fc.nat(24_000) })),
        async (events, blockFrames, end) => {
          const one = await renderSamples(patch, events, end);
          const other = await renderSamples(patch, events, end, { blockFrames });
          assert.deepEqual({ ...other, samples: 0 }, { ...one, samples: 0 });
          assert.ok(sameBits(other.samples, one.samples));
        },
      ),
      { numRuns: 40 },
    );
  });
}

Deno.test("commands of one frame are applied in the order of the score", async () => {
  const patch = await tallyPatch({ ...testFormat, maximumBlockFrames: 128 });
  const events = [note(200, 1), note(200, 2)];
  const straight = await renderSamples(patch, events, { frames: 512 });
  const swapped = await renderSamples(patch, events.toReversed(), { frames: 512 });
  const together = await renderSamples(
    patch,
    [{ frame: 200, commands: events.flatMap(({ commands }) => commands) }],
    { frames: 512 },
  );
  assert.ok(sameBits(straight.samples, together.samples));
  assert.ok(!sameBits(straight.samples, swapped.samples));
});

Deno.test("a render ends one frame after the last sound, and bridges gaps shorter than the silence it waits for", async () => {
  const end = { tailFrames: 20 * silence };
  const click = await renderSamples(clickPatch, [note(777), off(778)], end);
  assert.deepEqual([click.frames, click.cut, click.peak], [778, false, 0.5]);
  const early = await renderSamples(clickPatch, [note(5), off(6), off(3 * silence)], end);
  assert.equal(early.frames, 3 * silence, "the last command is waited for");
  const echo = await renderSamples(echoPatch, [note(5), off(6)], end);
  assert.equal(echo.frames, 5 + echoSeconds * 48_000 + 1, "an echo after silence is waited for");
});

Deno.test("what still sounds when the tail is over is cut there, and says so", async () => {
  const patch = compilePatch("sines", testFormat);
  const held = await renderSamples(patch, [note(100)], { tailFrames: 9_000 });
  assert.deepEqual([held.frames, held.cut, held.samples.length], [9_100, true, 18_200]);
  const released = await renderSamples(patch, [note(100), off(200)], { tailFrames: 200_000 });
  assert.ok(!released.cut && released.frames > 200 + 0.1 * 48_000 && released.frames < 50_000);
});

Deno.test("an exact length is kept, with or without sound, and commands after it are counted", async () => {
  for (const frames of [0, 1, 127, 128, 40_000]) {
    const { samples, leftOut, cut } = await renderSamples(clickPatch, [note(127), off(128), note(128)], {
      frames,
    });
    assert.deepEqual(
      [samples.length, leftOut, cut],
      [frames * 2, frames <= 127 ? 3 : frames === 128 ? 2 : 0, false],
    );
  }
});

Deno.test("a score longer than the log and the seal table is rendered to its end", async () => {
  const events = Array.from(
    { length: 70_000 },
    (_, index) => index % 2 === 0 ? note(index * 10) : off(index * 10),
  );
  const { samples } = await renderSamples(clickPatch, events, { tailFrames: 0 }, { blockFrames: 1_024 });
  assert.equal(sounding(samples).length, 35_000);
});

Deno.test("more commands than a block can take are refused with the moment and the remedy", async () => {
  const crowd = Array.from({ length: 1_025 }, (_, index) => note(48_000, index));
  await assert.rejects(
    renderSamples(clickPatch, crowd, { tailFrames: 1_000 }),
    (error) =>
      error instanceof ScoreUnplayableError && /at 1\.000 s: expected at most 1024/.test(error.message),
  );
  await renderSamples(clickPatch, crowd.slice(1), { tailFrames: 1_000 });
});

Deno.test("a patch with an input hears silence there", async () => {
  const patch = compilePatch("sines", { ...testFormat, inputChannels: 2 });
  const loud = patch.parameters.findIndex(({ address }) => address === "input/gainDb");
  const events: ScoreEvent[] = [{ frame: 0, commands: [{ kind: "set", parameter: loud, value: 0 }] }];
  const { peak } = await renderSamples(patch, events, { frames: 5_000 }, { inputChannels: 2 });
  assert.equal(peak, 0);
});
