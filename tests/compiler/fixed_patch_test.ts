/** Patches with everything in them that the compiler treats in its own way, beside the interpreter. */
import assert from "node:assert/strict";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { channel, channels as sideBySide } from "../../modules/signal/channels.ts";
import { DelayLine } from "../../modules/signal/delay_line.ts";
import {
  conditionFeedback,
  feedback,
  integerFeedback,
  seededFeedback,
} from "../../modules/signal/feedback.ts";
import { table } from "../../modules/signal/table.ts";
import { compareWithInterpreter } from "../../testing/compiler/comparison.ts";
import type { Event } from "../../testing/compiler/random_patch.ts";

const on = (id: number, number: number, velocity = 0.8): Event => ({ do: "on", id, number, velocity });
const score: readonly { event: Event; frames: number }[] = [
  { event: on(1, 60), frames: 37 },
  { event: on(2, 67), frames: 101 },
  { event: { do: "set", index: 0, value: 0.9 }, frames: 64 },
  { event: on(3, 72, 0.3), frames: 5 },
  { event: { do: "off", id: 1 }, frames: 130 },
  { event: on(4, 40), frames: 64 },
  { event: { do: "panic" }, frames: 80 },
  { event: on(5, 52), frames: 300 },
];

function everything(patchChannels: number) {
  const amount = {
    unit: "1",
    min: 0,
    max: 1,
    default: 0.2,
    curve: "linear",
    smoothingSeconds: 0.01,
    why: "for testing",
  } as const;
  return definePatch({
    name: "everything",
    channels: patchChannels,
    instruments: {
      one: instrument({
        voices: 6,
        parameters: { amount },
        voice: ({ frequencyHz, gate, trigger, velocity }, p) => {
          const tone = sine({ frequencyHz }).times(velocity);
          const count = integerFeedback(0, (previous) => previous.plus(1).and(63));
          const line = new DelayLine(90);
          // each voice at its own place, though nothing of its note is in it
          const swept = line.read(count.plus(1)).plus(line.read(90)).plus(line.read(7));
          line.write(tone.plus(swept.times(0.2)));
          const stepped = table([0, 0.25, -0.5, 1])(count.shiftRight(4));
          const flips = conditionFeedback(false, (previous) => previous.not().and(tone.isAbove(0)));
          const noise = seededFeedback((previous) => previous.times(1_664_525).plus(99)).toFloat().times(
            2 ** -33,
          );
          const sound = flips.select(swept, tone.times(p.amount)).plus(stepped.times(0.1)).plus(noise);
          return {
            output: [sound, tone.minus(sound)],
            envelope: adsr({ gate, trigger, releaseSeconds: 0.01 }),
          };
        },
      }),
    },
    parameters: { mix: { amount } },
    output: ({ one }, { mix }, input) => {
      const line = new DelayLine(33);
      const count = integerFeedback(0, (previous) => previous.plus(1).and(31));
      const swept = line.read(count.plus(1)).plus(line.read(one.abs().times(20).toInteger()));
      line.write(input);
      const stepped = table([0.5, -0.5])(count.shiftRight(3));
      const turned = sideBySide(channel(one, 1), channel(one, 0), channel(input, 1), stepped);
      const slow = feedback(0, (previous) => previous.times(0.99).plus(turned.times(mix.amount)));
      const mixed = slow.isAbove(0.1).select(turned, swept).plus(input.times(0.5));
      if (patchChannels <= 4) return mixed;
      return Array.from(
        { length: patchChannels - 1 },
        (_, index) => channel(mixed, index % 4).times(index - 2),
      );
    },
  });
}

for (const patchChannels of [2, 4, 10]) {
  for (const channels of patchChannels === 10 ? [2, 7, 12] : [1, 2, 4, 6]) {
    for (const inputChannels of patchChannels === 10 ? [2] : [0, 1, 2, 3, 4]) {
      Deno.test(`conditions, tables and lines, ${patchChannels} channels to ${channels}, input of ${inputChannels}`, () => {
        const format = { sampleRateHz: 8_000, channels, inputChannels, maximumBlockFrames: 64 };
        const graph = everything(patchChannels).build(format);
        for (const blockFrames of [64, 13]) {
          const found = compareWithInterpreter(graph, format, { score, blockFrames, seed: 5 });
          assert.equal(found, undefined);
        }
      });
    }
  }
}

/** Mistakes in which groups of voices are rendered together, and in which order they are summed. */
const mistakes: Readonly<Record<string, (wat: string) => string>> = {
  none: (wat) => wat,
  "the two groups change places": (wat) =>
    wat.replace(
      /\(call \$one_twin (\S+ \S+ \S+ \S+) (\S+ \S+ \S+ \S+) /,
      "(call $one_twin $2 $1 ",
    ),
  "the one that waits is forgotten": (wat) => wat.replaceAll(/\(call \$one_steady .*/g, ""),
  "the second is not settled": (wat) =>
    wat.replaceAll(/\(call \$one_settle \(local\.get \$group_second\).*/g, ""),
};

for (const [mistake, change] of Object.entries(mistakes)) {
  Deno.test(`many voices are summed in the order of their groups; planted mistake: ${mistake}`, () => {
    const patch = definePatch({
      name: "many",
      instruments: {
        one: instrument({
          voices: 24,
          parameters: {},
          voice: ({ frequencyHz, gate, trigger }) => ({
            output: [sine({ frequencyHz }), sine({ frequencyHz: frequencyHz.times(1.5) })],
            envelope: adsr({ gate, trigger, releaseSeconds: 0.02 }),
          }),
        }),
      },
      parameters: {},
      output: ({ one }) => one,
    });
    const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
    const chord = Array.from(
      { length: 20 },
      (_, index) => ({ event: on(index, 40 + index * 1.7), frames: 9 }),
    );
    // one of the second group and one of the fourth, which are rendered behind others
    const release = [5, 13].map((id) => ({ event: { do: "off", id } as const, frames: 300 }));
    const graph = patch.build(format);
    // those that are over make room
    const again = Array.from(
      { length: 8 },
      (_, index) => ({ event: on(100 + index, 50.5 + index), frames: 70 }),
    );
    const performance = { score: [...chord, ...release, ...again], blockFrames: 64, seed: 1 };
    let changed = false;
    const found = compareWithInterpreter(graph, format, performance, (wat) => {
      const text = change(wat);
      changed = text !== wat;
      return text;
    });
    assert.equal(changed, mistake !== "none");
    assert.equal(found !== undefined, mistake !== "none", found);
  });
}

Deno.test("of several voices the lowest is stolen, also where a unison reaches below note 0", () => {
  const patch = definePatch({
    name: "low",
    instruments: {
      one: instrument({
        ...{ voices: 3, unison: 2, detuneCents: 30, steal: "lowest" },
        parameters: {},
        voice: ({ frequencyHz, gate, trigger }) => ({
          output: sine({ frequencyHz }),
          envelope: adsr({ gate, trigger, releaseSeconds: 1 }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
  const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
  const notes = [on(1, 0), on(2, 0.1), on(3, 40), on(4, 0)].map((event) => ({ event, frames: 50 }));
  const found = compareWithInterpreter(patch.build(format), format, {
    score: notes,
    blockFrames: 64,
    seed: 1,
  });
  assert.equal(found, undefined);
});

Deno.test("a state that begins at minus zero does, in voices and in the output", () => {
  const signed = () => {
    const zero = feedback(-0, (previous) => previous);
    return feedback(0.25, (previous) => previous.withSignOf(zero)); // the sign is that of the state
  };
  const graph = definePatch({
    name: "zeros",
    instruments: {
      one: instrument({
        voices: 2,
        parameters: {},
        voice: ({ gate, trigger }) => ({
          output: signed(),
          envelope: adsr({ gate, trigger, releaseSeconds: 0.01 }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one.plus(signed()),
  });
  const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
  const notes = score.filter(({ event }) => event.do !== "set");
  const found = compareWithInterpreter(graph.build(format), format, {
    score: notes,
    blockFrames: 64,
    seed: 5,
  });
  assert.equal(found, undefined);
});
