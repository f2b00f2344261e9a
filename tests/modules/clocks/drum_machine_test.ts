import assert from "node:assert/strict";
import * as library from "../../../modules/mod.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { effectPatch, rateHz } from "../../../testing/trial/trial_patch.ts";
import { framesOf } from "./trigger_trial.ts";

const { adsr, arpeggiator, clockDivider, euclid, sine, stepSequencer, transport } = library;

Deno.test("drums in the output strike in the frame of their step, the same left and right, and bars restart", async () => {
  const player = await PatchPlayer.of(effectPatch(() => {
    const { tick, bar } = transport({ tempoBpm: 125, beatsPerBar: 3 });
    const sixteenth = clockDivider({ clock: tick, reset: bar, divide: 6 });
    const { hit } = euclid({ clock: sixteenth, reset: bar, hits: 3, steps: 8 });
    const envelope = adsr({ gate: hit, trigger: hit, attackSeconds: 0.001, releaseSeconds: 0.02 });
    return sine({ frequencyHz: 0 }).plus(1).times(envelope);
  }));
  const heard = player.play(rateHz * 12);
  const left = heard.filter((_, index) => index % 2 === 0);
  assert.deepEqual(left, heard.filter((_, index) => index % 2 === 1));
  const struck = framesOf(left.map((sample, frame) => sample > (left[frame - 1] ?? 0) ? 1 : 0));
  const starts = struck.filter((frame, index) => frame !== struck[index - 1] + 1);
  // a bar of 12 sixteenths takes the rhythm of 8 once and a half; a sixteenth is 5760 frames
  const expected = Array.from({ length: 100 }, (_, step) => step)
    .filter((step) => [0, 3, 6, 8, 11].includes(step % 12)).map((step) => step * 5_760);
  assert.deepEqual(starts, expected.slice(0, starts.length));
  assert.equal(starts.length, expected.filter((frame) => frame < rateHz * 12).length);
});

Deno.test("in a voice the clock begins with its note, and every voice has its own", async () => {
  const player = await PatchPlayer.of(definePatch({
    name: "arpeggios",
    instruments: {
      one: instrument({
        voices: 8,
        parameters: {},
        voice: ({ number }) => {
          const clock = clockDivider({ clock: transport({ tempoBpm: 100 }).tick, divide: 12 });
          const up = arpeggiator({ clock, numbers: [number, number.plus(7)], octaves: 2 });
          const { value } = stepSequencer({ clock, steps: [{ value: 1 }, { value: 2 }] });
          return { output: up.number.as("1").times(value), envelope: constant(1) };
        },
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  }));
  const step = rateHz * 0.3;
  const values = (number: number) => [number, 2 * (number + 7), number + 12, 2 * (number + 19)];
  const first = player.on(1, 40).play(step + 500, 0);
  assert.deepEqual([first[0], first[step - 1], first[step]], [40, 40, 94]);
  const both = player.on(2, 60).play(step, 0);
  assert.deepEqual([both[0], both[step - 500]], [values(40)[1] + 60, values(40)[2] + 60]);
});
