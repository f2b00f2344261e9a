/**
 * What rings out ends in exact zero, and passes no denormal number on its way: those are what makes silence cost more than
 * sound. Looked for in the states and delay lines themselves, after every single frame.
 */
import assert from "node:assert/strict";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { dcBlocker } from "../../modules/filters/dc_blocker.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { saw } from "../../modules/oscillators/saw.ts";
import { definePatch, instrument, type Patch } from "../../modules/patch.ts";
import { voiceField } from "../../compiler/plan/arena.ts";
import { compileGraph, patchText } from "../../compiler/compile.ts";
import { DelayLine } from "../../modules/signal/delay_line.ts";
import { feedback, feedbackOf } from "../../modules/signal/feedback.ts";
import { constant, type Signal } from "../../modules/signal/signal.ts";
import { delay } from "../../modules/time/delay.ts";
import { PatchPlayer, peak, testFormat } from "../../testing/patch/patch_player.ts";
import { sharedItems } from "../../testing/share.ts";

type Sound = (input: Signal<"1">) => Signal<"1">;

const ringing: Readonly<Record<string, Sound>> = {
  "one value fed back": (input) => feedback(0, (previous) => previous.times(0.99).plus(input)),
  "one value fed back with changing sign": (input) =>
    feedback(0, (previous) => input.minus(previous.times(0.98))),
  "two values that turn around each other": (input) =>
    feedbackOf({ x: 0, y: 0 }, ({ x, y }) => ({
      x: x.times(0.97).minus(y.times(0.2)).plus(input),
      y: y.times(0.97).plus(x.times(0.2)),
    })).x,
  "a resonant filter": (input) => stateVariable({ input, cutoffHz: 2_000, q: 10 }).low,
  "a direct current blocker": (input) => dcBlocker({ input, cutoffHz: 100 }),
  "a delay line that feeds itself": (input) => {
    const line = new DelayLine(20);
    line.write(input.plus(line.read(20).times(0.7)));
    return line.read(20);
  },
  "an echo between frames": (input) =>
    delay({ input, timeSeconds: 0.00053, feedback: -0.8, maximumSeconds: 0.001 }),
  "one after the other": (input) =>
    dcBlocker({
      input: stateVariable({
        input: delay({ input, timeSeconds: 0.0011, feedback: 0.6, maximumSeconds: 0.002 }),
        q: 5,
      })
        .band,
      cutoffHz: 100,
    }),
};

const level = {
  unit: "1",
  min: 0,
  max: 1,
  default: 1,
  curve: "linear",
  smoothingSeconds: 0,
  why: "what comes in",
} as const;

// without oversampling the saw remembers its phase only, which never rests
const inVoice = (sound: Sound): Patch =>
  definePatch({
    name: "ringing",
    instruments: {
      one: instrument({
        voices: 4,
        parameters: { level },
        voice: ({ frequencyHz }, p) => ({
          output: sound(saw({ frequencyHz, oversampling: 1 }).times(p.level)),
          envelope: constant(1),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });

const inOutput = (sound: Sound): Patch =>
  definePatch({
    name: "ringing",
    instruments: {
      one: instrument({
        voices: 4,
        parameters: {},
        voice: ({ frequencyHz }) => ({
          output: saw({ frequencyHz, oversampling: 1 }),
          envelope: constant(1),
        }),
      }),
    },
    parameters: { mix: { level } },
    output: ({ one }, { mix }) => sound(one.times(mix.level)),
  });

/** Reads every float that a patch remembers. */
function memoryOf(patch: Patch): { player: PatchPlayer; remembered: () => number[] } {
  const built = patch.build(testFormat);
  const player = new PatchPlayer(compileGraph(built, testFormat));
  const { plan, compiled: graph } = patchText(built, testFormat);
  const [{ voice }] = graph.instruments;
  const [places] = plan.instruments;
  const floats = new Float32Array(player.memory);
  const floatStates = (states: typeof voice.states, from: number) =>
    states.flatMap(({ type }, index) => type === "f32" ? [[from + index * 16, 16]] : []);
  const stretches = [
    ...floatStates(voice.states, places.groups + voiceField.states),
    ...floatStates(graph.main.states, plan.mainStates),
    [places.lines, places.lineBytes * places.groupCount],
    ...plan.regions.filter(({ name }) => name.startsWith("output: delay line")).map((
      one,
    ) => [one.offset, one.bytes]),
  ];
  return {
    player,
    remembered: () =>
      stretches.flatMap(([offset, bytes]) => [...floats.subarray(offset / 4, (offset + bytes) / 4)]),
  };
}

const smallestNormal = 2 ** -126;
const isDenormal = (value: number) => value !== 0 && Math.abs(value) < smallestNormal;

for (const [place, patchOf] of Object.entries({ voice: inVoice, output: inOutput })) {
  for (
    const [name, sound] of sharedItems(`sounds that die away in the ${place}`, Object.entries(ringing), 3)
  ) {
    Deno.test(`${name}, in the ${place}: no denormal number, and zero in the end`, () => {
      const { player, remembered } = memoryOf(patchOf(sound));
      player.on(60).on(67);
      assert.ok(peak(player.play(2_000)) > 0, "it sounds");
      player.exports.set_parameter(0, 0);
      let frames = 0;
      while (remembered().some((value) => value !== 0)) {
        assert.ok(frames++ < 20_000, "it comes to rest");
        player.play(1, undefined, 1);
        assert.equal(remembered().filter(isDenormal).length, 0, `frame ${frames}`);
      }
      assert.ok(frames > 100, "it rang on");
      assert.equal(peak(player.play(64)), 0);
    });
  }
}

Deno.test("an envelope that has ended is exactly zero and its voice is over", () => {
  const patch = definePatch({
    name: "ending",
    instruments: {
      one: instrument({
        voices: 4,
        parameters: {},
        voice: ({ frequencyHz, gate, trigger }) => ({
          output: saw({ frequencyHz }),
          envelope: adsr({ gate, trigger, releaseSeconds: 0.05 }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
  const { player, remembered } = memoryOf(patch);
  player.on(60).play(1_000);
  player.off(60);
  for (let frame = 0; frame < 4_000; frame++) {
    player.play(1, undefined, 1);
    assert.equal(remembered().filter(isDenormal).length, 0, `frame ${frame}`);
  }
  assert.equal(peak(player.play(1_000)), 0);
  const { groups } = patchText(patch.build(testFormat), testFormat).plan.instruments[0];
  assert.equal(new Int32Array(player.memory)[(groups + voiceField.alive) / 4], 0);
});
