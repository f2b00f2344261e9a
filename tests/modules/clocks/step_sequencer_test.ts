import assert from "node:assert/strict";
import fc from "fast-check";
import { chance } from "../../../modules/clocks/chance.ts";
import { type Step, stepSequencer } from "../../../modules/clocks/step_sequencer.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";
import { effectPatch, playVoice } from "../../../testing/trial/trial_patch.ts";
import { clocked, clocksAt, framesOf } from "./trigger_trial.ts";

const every = (count: number, distance: number) =>
  clocksAt(count * distance, Array.from({ length: count }, (_, index) => index * distance));

Deno.test("values come one for each clock, stay in between, and begin again after the last", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 32 }),
      fc.integer({ min: 1, max: 32 }),
      async (values, length) => {
        const steps = values.map((value) => ({ value }));
        const heard = await clocked((clock) => stepSequencer({ clock, steps, length }).value, every(70, 3));
        const round = Math.min(length, values.length);
        heard.forEach((value, frame) => assert.equal(value, values[Math.floor(frame / 3) % round] + 0));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("gates last for their part of a step, rests are silent and keep the value, ties reach the next", async () => {
  const steps: Step[] = [{ value: 1, gate: 0.25 }, { value: 2, gate: 0 }, { value: 3, gate: 1 }, {
    value: 4,
  }];
  const at = (key: "gate" | "trigger" | "value") =>
    clocked((clock) => stepSequencer({ clock, steps })[key], every(12, 100));
  const [gate, trigger, value] = await Promise.all([at("gate"), at("trigger"), at("value")]);
  // from the second round on the distance of the clocks is known
  const bar = [...gate.subarray(400, 800)];
  const expected = Array.from(
    { length: 400 },
    (_, frame) => frame < 25 || (frame >= 200 && frame < 350) ? 1 : 0,
  );
  assert.deepEqual(bar, expected);
  assert.deepEqual(framesOf(trigger).slice(0, 6), [0, 200, 300, 400, 600, 700]);
  assert.deepEqual([0, 150, 250, 350, 450].map((frame) => value[frame]), [1, 1, 3, 4, 1]);
});

Deno.test("a step of probability p is played in p of the rounds, within three standard deviations", async () => {
  for (const probability of [0, 0.1, 0.5, 0.9, 1]) {
    for (const seed of [0, 1, 77]) {
      const count = 20_000;
      const heard = await clocked(
        (clock) => stepSequencer({ clock, steps: [{ probability }], seed }).trigger,
        every(count, 1),
      );
      const played = framesOf(heard).length / count;
      const deviation = Math.sqrt(probability * (1 - probability) / count);
      assert.ok(Math.abs(played - probability) <= 3 * deviation, `${probability}, seed ${seed}: ${played}`);
    }
  }
});

Deno.test("the same seed plays the same, another one something else", async () => {
  const play = async (seed: number) =>
    framesOf(
      await clocked(
        (clock) => stepSequencer({ clock, steps: [{ probability: 0.5 }], seed }).trigger,
        every(200, 1),
      ),
    );
  assert.deepEqual(await play(5), await play(5));
  assert.notDeepEqual(await play(5), await play(6));
});

Deno.test("chances are even from 0 to 1, do not hang together, and are the same left and right and in every voice", async () => {
  const draw = () => chance(3, constant(0).isBelow(1));
  const both = (await PatchPlayer.of(effectPatch(() => draw()))).play(40_000);
  const left = both.filter((_, index) => index % 2 === 0);
  assert.deepEqual(left, both.filter((_, index) => index % 2 === 1));
  assert.deepEqual(await playVoice(draw, 40_000, { seed: 9 }), left);
  const tenths = new Array(10).fill(0);
  left.forEach((value) => tenths[Math.floor(value * 10)]++);
  assert.ok(tenths.every((count) => Math.abs(count - 4_000) < 200), `${tenths}`);
  const middle = left.map((value) => value - 0.5);
  const along = middle.reduce((sum, value, index) => sum + value * (middle[index + 1] ?? 0), 0) / 40_000;
  assert.ok(Math.abs(along) < 0.002, `${along}`);
});

Deno.test("a step's value, gate and probability can be turned while it plays", async () => {
  const one = {
    unit: "1",
    min: 0,
    max: 1,
    default: 1,
    curve: "linear",
    smoothingSeconds: 0,
    why: "trial",
  } as const;
  const player = await PatchPlayer.of(
    effectPatch((_input, { value, probability }) => {
      const { value: heard, trigger } = stepSequencer({
        clock: constant(0).isBelow(1),
        steps: [{ value, probability }],
      });
      return [heard, trigger.select<"1">(1, 0)];
    }, { value: one, probability: one }),
  );
  assert.deepEqual([...player.play(2)], [1, 1, 1, 1]);
  assert.deepEqual([...player.set("fx/value", 0.25).play(2)], [0.25, 1, 0.25, 1]);
  assert.deepEqual([...player.set("fx/value", 0.5).set("fx/probability", 0).play(2)], [0.25, 0, 0.25, 0]);
});

Deno.test("a reset begins with the first step at the next clock", async () => {
  const steps = [{ value: 1 }, { value: 2 }, { value: 3 }];
  const heard = await clocked(
    (clock, reset) => stepSequencer({ clock, reset, steps }).value,
    clocksAt(10, [0, 2, 6, 8], [5]),
  );
  assert.deepEqual([...heard], [1, 1, 2, 2, 2, 2, 1, 1, 2, 2]);
});

Deno.test("wrong steps are refused with their place", async () => {
  const build = (steps: readonly Step[], seed = 1) =>
    clocked((clock) => stepSequencer({ clock, steps, seed }).value, new Float32Array(1));
  await assert.rejects(build([]), /steps.*expected a list of 1 to 32 steps, found 0/);
  await assert.rejects(build(new Array(33).fill({})), /found 33/);
  await assert.rejects(build([{}, { gate: 2 }]), /step 1: gate: expected 0 to 1, found 2/);
  await assert.rejects(build([{ value: NaN }]), /step 0: value: expected a number or a signal/);
  await assert.rejects(build([{}], -1), /seed.*expected a whole number/);
});
