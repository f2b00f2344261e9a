/** What a keyboard player expects of one voice, and of several that play one note together. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { definePatch, instrument } from "../../../modules/patch.ts";
import type { Polyphony } from "../../../compiler/graph/graph.ts";
import { instrumentWords, noteStackLength } from "../../../compiler/plan/arena.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { glide } from "../../../modules/utility/glide.ts";
import { pan } from "../../../modules/utility/pan.ts";
import { monoText } from "../../../compiler/wat/mono.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import {
  fadeFrames,
  followProbe,
  Probe,
  tailFrames,
  tellBoth,
} from "../../../testing/compiler/probe_patch.ts";
import { scores } from "../../../testing/compiler/random_patch.ts";

/** What the one voice plays in the next frame: the note's number, and the frames since it began. */
function follow(player: PatchPlayer): { number: number; since: number } {
  const [since, number] = player.play(1);
  return { number, since };
}

Deno.test("mono: the last key sounds, each key restarts the note, and a key still held restarts when the last is released", async () => {
  const player = await followProbe({ mode: "mono" });
  player.on(60);
  assert.deepEqual(follow(player), { number: 60, since: 1 });
  player.play(10);
  player.on(64);
  assert.deepEqual(follow(player), { number: 64, since: 1 });
  player.on(67).off(64).play(10);
  assert.deepEqual(follow(player), { number: 67, since: 11 });
  player.off(67);
  assert.deepEqual(follow(player), { number: 60, since: 1 });
  player.off(60);
  assert.deepEqual(follow(player), { number: 60, since: 2 });
  player.play(tailFrames);
  assert.equal(peak(player.play(10)), 0);
});

Deno.test("mono: a note that comes back has the velocity of its own key", async () => {
  const patch = definePatch({
    name: "loud",
    instruments: {
      loud: instrument({
        mode: "mono",
        parameters: {},
        voice: ({ velocity, gate }) => ({ output: velocity, envelope: gate.select(1, 0) }),
      }),
    },
    parameters: {},
    output: ({ loud }) => loud,
  });
  const player = await PatchPlayer.of(patch);
  player.on(1, 60, 0.25).play(300);
  player.on(2, 62, 0.75).play(300);
  assert.equal(player.play(1)[0], 0.75);
  player.off(2).play(300);
  assert.equal(player.play(1)[0], 0.25);
});

Deno.test("mono: a key struck again moves to the end of the memory", async () => {
  const player = await followProbe({ mode: "mono" });
  player.on(60).on(62).on(60).play(1);
  player.off(60);
  assert.equal(follow(player).number, 62);
  player.off(62).off(60);
  assert.equal(follow(player).since, 2);
});

Deno.test("mono: the memory holds the last keys; the oldest of too many does not come back", async () => {
  const player = await followProbe({ mode: "mono" });
  for (let id = 0; id <= noteStackLength; id++) player.on(id, id);
  for (let id = noteStackLength; id > 1; id--) {
    assert.equal(follow(player).number, id);
    player.off(id);
  }
  assert.equal(follow(player).number, 1);
  player.off(1).play(tailFrames);
  assert.equal(peak(player.play(10)), 0);
});

Deno.test("legato: a note that overlaps goes on without a new beginning; one after a gap restarts", async () => {
  const player = await followProbe({ mode: "legato" });
  player.on(60).play(10);
  player.on(64);
  assert.deepEqual(follow(player), { number: 64, since: 11 });
  player.off(64);
  assert.deepEqual(follow(player), { number: 60, since: 12 });
  player.off(60).play(5);
  player.on(67);
  assert.deepEqual(follow(player), { number: 67, since: 1 });
});

Deno.test("legato: after a panic the next note restarts, though keys are still down", async () => {
  const player = await followProbe({ mode: "legato" });
  player.on(60).play(10);
  player.exports.panic();
  player.play(300);
  player.on(64);
  assert.deepEqual(follow(player), { number: 64, since: 1 });
  player.off(60);
  assert.equal(follow(player).number, 64);
});

Deno.test("legato: a voice that was silenced for giving no numbers sounds again with the next key", async () => {
  const patch = definePatch({
    name: "fragile",
    instruments: {
      fragile: instrument({
        mode: "legato",
        parameters: {},
        // 60 divides by zero
        voice: ({ number, gate }) => ({
          output: constant(1).over(number.as("1").minus(60)),
          envelope: gate.select(1, 0),
        }),
      }),
    },
    parameters: {},
    output: ({ fragile }) => fragile,
  });
  const player = await PatchPlayer.of(patch);
  player.on(60);
  assert.equal(peak(player.play(10)), 0);
  assert.equal(player.poisonedVoices, 1);
  player.on(61);
  assert.equal(player.play(1)[0], 1);
});

Deno.test("mono and legato: what the pedal holds sounds on; let go, it gives way to a key that is held", async () => {
  for (const mode of ["mono", "legato"] as const) {
    const player = await followProbe({ mode });
    player.on(60).on(64);
    player.exports.pedal(0, 1);
    player.off(64).play(5);
    assert.equal(follow(player).number, 64, mode);
    player.exports.pedal(0, 0);
    assert.equal(follow(player).number, 60, mode);
    player.exports.pedal(0, 1);
    player.off(60).play(tailFrames * 2);
    assert.equal(follow(player).number, 60, mode);
    player.exports.pedal(0, 0);
    player.play(tailFrames);
    assert.equal(peak(player.play(10)), 0, mode);
  }
});

/** A plain account of which key a mono instrument plays. */
class MonoKeyboard {
  #keys: { id: number; number: number }[] = [];
  #pedal = false;
  /** What the pedal holds, after its key was let go. */
  #sustained: number | undefined;

  on(id: number, number: number): void {
    this.#keys = [...this.#keys.filter((key) => key.id !== id), { id, number }];
    this.#sustained = undefined;
  }

  off(id: number): void {
    const sounding = this.number;
    const wasLast = this.#keys.at(-1)?.id === id;
    this.#keys = this.#keys.filter((key) => key.id !== id);
    if (wasLast && this.#pedal) this.#sustained = sounding;
  }

  pedal(down: boolean): void {
    this.#pedal = down;
    if (!down) this.#sustained = undefined;
  }

  panic(): void {
    this.#keys = [];
    this.pedal(false);
  }

  get number(): number | undefined {
    return this.#sustained ?? this.#keys.at(-1)?.number;
  }
}

Deno.test("one voice always plays the last key that is held, or what the pedal holds, whatever is played", async () => {
  for (const mode of ["mono", "legato"] as const) {
    const probe = await Probe.of({ mode });
    fc.assert(
      fc.property(scores, (score) => {
        probe.player.exports.panic();
        probe.wait(250);
        const keyboard = new MonoKeyboard();
        for (const { event, frames } of score) {
          tellBoth(probe, keyboard, event);
          probe.wait(frames + 241);
          assert.deepEqual(probe.heard().held, keyboard.number === undefined ? [] : [keyboard.number]);
        }
      }),
      { numRuns: 40 },
    );
  }
});

/** An instrument that slides for a tenth of a second and gives its pitch. */
function gliding(mode: Polyphony["mode"]) {
  return PatchPlayer.of(definePatch({
    name: "sliding",
    instruments: {
      sliding: instrument({
        mode,
        ...(mode === "poly" ? { voices: 2 } : {}),
        parameters: {},
        voice: ({ number, gate }) => ({
          output: glide({ number, seconds: 0.1 }).as("1"),
          envelope: gate.select(1, 0),
        }),
      }),
    },
    parameters: {},
    output: ({ sliding }) => sliding,
  }));
}

Deno.test("portamento: mono and legato slide evenly from key to key; after a silence the pitch is there at once", async () => {
  for (const mode of ["mono", "legato"] as const) {
    const player = await gliding(mode);
    player.on(60);
    assert.equal(player.play(1)[0], 60);
    player.on(72);
    const slide = player.play(4_800, 0);
    for (const part of [0.25, 0.5, 0.75]) {
      assert.ok(Math.abs(slide[4_800 * part - 1] - (60 + 12 * part)) < 0.02, `${mode} at ${part}`);
    }
    assert.equal(player.play(1)[0], 72);
    player.off(72).play(2_400);
    assert.ok(Math.abs(player.play(1)[0] - 66) < 0.02);
    player.off(60).play(10);
    player.on(48);
    assert.equal(player.play(1)[0], 48);
  }
});

Deno.test("portamento: of several voices each has its own pitch, and a free one does not slide", async () => {
  const player = await gliding("poly");
  player.on(1, 60).play(100);
  player.on(2, 72);
  assert.equal(player.play(1)[0], 60 + 72);
});

/** Left and right: `measure` summed over the voices of a unison below and above its middle. */
async function unison(polyphony: Partial<Polyphony>): Promise<PatchPlayer> {
  return await PatchPlayer.of(definePatch({
    name: "many",
    instruments: {
      many: instrument({
        ...polyphony,
        parameters: {},
        voice: ({ frequencyHz, spread, gate }) => ({
          output: [
            frequencyHz.as("1").where(spread.isBelow(0)),
            frequencyHz.as("1").where(spread.isAbove(0)),
          ],
          envelope: gate.select(1, 0),
        }),
      }),
    },
    parameters: {},
    output: ({ many }) => many,
  }));
}

Deno.test("unison: the outermost voices lie as many cents apart as asked, in every mode, around the note", async () => {
  for (const mode of ["poly", "mono", "legato"] as const) {
    for (const detuneCents of [1, 25, 1_200]) {
      const player = await unison({ mode, voices: 2, unison: 2, detuneCents });
      for (const number of [57, 69]) {
        player.on(number);
        const [low, high] = player.play(1);
        assert.ok(Math.abs(1_200 * Math.log2(high / low) - detuneCents) < 0.01, `${mode} ${detuneCents}`);
        const middle = 440 * 2 ** ((number - 69) / 12);
        assert.ok(Math.abs(1_200 * Math.log2(Math.sqrt(low * high) / middle)) < 0.01);
        player.off(number).play(1_000); // one that is stolen would fade beside the next
      }
    }
  }
});

Deno.test("unison: voices are spread evenly, and panned by it the outermost are on one side only", async () => {
  const patch = definePatch({
    name: "wide",
    instruments: {
      wide: instrument({
        voices: 5,
        unison: 5,
        parameters: {},
        voice: ({ spread, gate }) => ({
          output: pan({ input: spread.abs().isAtLeast(1).select(1, 0), position: spread }),
          envelope: gate.select(1, 0),
        }),
      }),
      places: instrument({
        voices: 5,
        unison: 5,
        parameters: {},
        voice: ({ spread, gate }) => ({ output: [spread, spread.abs()], envelope: gate.select(1, 0) }),
      }),
    },
    parameters: {},
    output: ({ wide, places }) => wide.plus(places.times(10)),
  });
  const player = await PatchPlayer.of(patch);
  player.on(1, 60);
  const [left, right] = player.play(1);
  assert.ok(Math.abs(left - 1) < 1e-6 && Math.abs(right - 1) < 1e-6);
  player.off(1).on(1, 60, 1, 1);
  assert.deepEqual([...player.play(1)], [0, 30]);
});

Deno.test("unison: one voice is in the middle and in tune", async () => {
  const player = await unison({ voices: 1, detuneCents: 100 });
  player.on(69);
  assert.deepEqual([...player.play(1)], [0, 0]);
  const probe = await followProbe({ voices: 1, detuneCents: 100 });
  assert.equal(follow(probe.on(69)).number, 69);
});

Deno.test("unison: a note takes all voices that it needs, from the oldest note first, and lets all of them go", async () => {
  const probe = await Probe.of({ voices: 4, unison: 2 });
  assert.deepEqual(probe.strike(1, 2).sums(), [2 * 2 ** 1 + 2 * 2 ** 2, 0]);
  assert.deepEqual(probe.wait(5).strike(3).wait(fadeFrames).sums(), [2 * 2 ** 2 + 2 * 2 ** 3, 0]);
  assert.deepEqual(probe.strike(3).sums(), [2 * 2 ** 2 + 2 * 2 ** 3, 0]);
  assert.deepEqual(probe.release(2).sums(), [2 * 2 ** 3, 2 * 2 ** 2]);
  const odd = await Probe.of({ voices: 3, unison: 2 });
  assert.deepEqual(odd.strike(1, 2).wait(fadeFrames).sums(), [2 ** 1 + 2 * 2 ** 2, 0]);
});

Deno.test("a key is forgotten wherever it stands, and only the last one struck is told as such", () => {
  const source = textSourceOf(definePatch({
    name: "mono",
    instruments: {
      one: instrument({
        mode: "mono",
        parameters: {},
        voice: ({ velocity, gate }) => ({ output: velocity, envelope: gate.select(1, 0) }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  }));
  const text = monoText(source.patch.instruments[0], { ...source.plan.instruments[0], words: 1_024 });
  const forget = text.slice(text.indexOf("(func $one_forget"), text.indexOf("(func $one_off"))
    .replace("$one_forget", '$one_forget (export "forget")');
  const { call, words } = runText(forget);
  const [keys, stack] = [1_024 + instrumentWords.keys, 1_024 + instrumentWords.stack].map((at) => at / 4);
  words[keys] = 3;
  words.set([11, 0, 0, 12, 0, 0, 13, 0, 0], stack);
  assert.equal(call("forget", 99), 0);
  assert.equal(call("forget", 12), 0);
  assert.deepEqual([words[keys], words[stack], words[stack + 3]], [2, 11, 13]);
  assert.equal(call("forget", 13), 1);
  assert.equal(call("forget", 11), 1);
  assert.equal(words[keys], 0);
});
