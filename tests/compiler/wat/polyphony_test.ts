/** What a keyboard player expects of several voices. One voice: `mono_test.ts`; clicks: `plan/velocity_power_test.ts`. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { sines } from "../../../patches/ready/sines.ts";
import { playingModes, stealingRules } from "../../../compiler/graph/graph.ts";
import { sharedFunctions } from "../../../compiler/wat/polyphony.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { PatchPlayer, peak, sameBits } from "../../../testing/patch/patch_player.ts";
import { playStep } from "../../../testing/compiler/comparison.ts";
import { fadeFrames, Probe, tailFrames, tellBoth } from "../../../testing/compiler/probe_patch.ts";
import { scores } from "../../../testing/compiler/random_patch.ts";

Deno.test("a note takes a silent voice as long as there is one, and tails sound on", async () => {
  const probe = await Probe.of({ voices: 5 });
  probe.strike(1, 2).wait(10).release(1).strike(3, 4, 5);
  assert.deepEqual(probe.heard(), { held: [2, 3, 4, 5], tail: [1] });
});

Deno.test("released voices are taken first, then what the pedal holds, then what a finger holds", async () => {
  for (const steal of ["oldest", "quietest", "lowest"] as const) {
    const probe = await Probe.of({ voices: 3, steal });
    // by every rule alone the first would go first
    probe.player.on(1, 1, 0.1).on(2, 2, 0.2).on(3, 3, 0.3);
    probe.wait(10).release(3).pedal(true).release(2).wait(1);
    assert.deepEqual(probe.heard(), { held: [1, 2], tail: [3] }, steal);
    assert.deepEqual(probe.strike(4).wait(fadeFrames).heard(), { held: [1, 2, 4], tail: [] }, steal);
    assert.deepEqual(probe.strike(5).wait(fadeFrames).heard(), { held: [1, 4, 5], tail: [] }, steal);
    assert.deepEqual(probe.strike(6).wait(fadeFrames).heard(), { held: [4, 5, 6], tail: [] }, steal);
  }
});

Deno.test("oldest: what was struck first goes first, a note that was repeated counts as new", async () => {
  const probe = await Probe.of({ voices: 3, steal: "oldest" });
  probe.strike(7, 5, 6).wait(5).strike(7).wait(5).strike(8).wait(fadeFrames);
  assert.deepEqual(probe.heard().held, [6, 7, 8]);
  assert.deepEqual(probe.strike(9).wait(fadeFrames).heard().held, [7, 8, 9]);
});

Deno.test("quietest: envelope times velocity decides, then age", async () => {
  const probe = await Probe.of({ voices: 3, steal: "quietest" });
  probe.player.on(1, 1, 0.9).on(2, 2, 0.2).on(3, 3, 0.5);
  assert.deepEqual(probe.wait(5).strike(4).wait(fadeFrames).heard().held, [1, 3, 4]);
  const alike = await Probe.of({ voices: 3, steal: "quietest" });
  // not one frame has passed: all are at the beginning of their envelopes
  assert.deepEqual(alike.strike(1, 2, 3, 4, 5).wait(fadeFrames).heard().held, [3, 4, 5]);
});

Deno.test("lowest: the lowest note goes first, also where a detuned one lies below zero", async () => {
  const probe = await Probe.of({ voices: 3, steal: "lowest" });
  assert.deepEqual(probe.strike(5, 3, 9).wait(5).strike(4).wait(fadeFrames).heard().held, [4, 5, 9]);
  const detuned = await Probe.of({ voices: 4, unison: 2, detuneCents: 100, steal: "lowest" });
  detuned.strike(0, 5).wait(5).strike(9).wait(fadeFrames);
  assert.deepEqual(detuned.sums(), [2 ** 4 + 2 ** 5 + 2 ** 8 + 2 ** 9, 0]);
});

Deno.test("none: a note without a free voice is dropped, and tails are left in peace", async () => {
  const probe = await Probe.of({ voices: 2, steal: "none" });
  assert.deepEqual(probe.strike(1, 2, 3).heard().held, [1, 2]);
  assert.deepEqual(probe.release(1).strike(4).heard(), { held: [2], tail: [1] });
  assert.deepEqual(probe.wait(tailFrames).strike(5).heard(), { held: [2, 5], tail: [] });
  // its own voice a note can always have again
  assert.deepEqual(probe.release(5).strike(5).heard(), { held: [2, 5], tail: [] });
});

Deno.test("a voice that gives way fades out beside the new note, which begins at once and as on a free voice", async () => {
  // a level for each note and side: going on from the old note's would step from one to the other
  const patch = definePatch({
    name: "levels",
    instruments: {
      one: instrument({
        voices: 2,
        parameters: {},
        voice: ({ number, gate, trigger }) => {
          const envelope = adsr({ gate, trigger, attackSeconds: 0.01, sustain: 1 });
          const level = envelope.times(number.as("1")).times(1 / 127);
          return { output: [level, level.times(number.isAbove(60).select(1, -1))], envelope };
        },
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
  const [busy, free] = [await PatchPlayer.of(patch), await PatchPlayer.of(patch)];
  busy.on(1, 30).on(2, 100).play(4_800);
  const before = busy.play(1);
  busy.on(3, 90);
  free.on(3, 90);
  const [heard, alone] = [busy, free].map((player) => player.play(fadeFrames + 100));
  const rest = heard.map((sample, place) => sample - alone[place]);
  // what is left of the others falls from both notes to the one that stays, at most as steeply as the fade itself
  for (const side of [0, 1]) {
    let last = before[side];
    for (let place = side; place < rest.length; place += 2) {
      assert.ok(Math.abs(rest[place] - last) <= 30 / 127 * 1.5 / fadeFrames + 1e-6, `${place}`);
      last = rest[place];
    }
    assert.ok(Math.abs(last - 100 / 127) < 1e-6);
  }
});

Deno.test("more notes than spare voices at once: the last ones sound, and no others after the fade", async () => {
  const probe = await Probe.of({ voices: 3 });
  probe.strike(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  assert.deepEqual(probe.wait(fadeFrames).heard(), { held: [10, 11, 12], tail: [] });
});

Deno.test("a note that lost its voice cannot release the one that has it", async () => {
  const probe = await Probe.of({ voices: 1 });
  assert.deepEqual(probe.strike(1, 2).release(1).wait(fadeFrames).heard(), { held: [2], tail: [] });
});

Deno.test("a tail ends after its time, frees its voice, and leaves exact zeros", async () => {
  const probe = await Probe.of({ voices: 2 });
  probe.strike(1, 2).wait(5).release(1);
  assert.deepEqual(probe.wait(tailFrames - 1).heard(), { held: [2], tail: [1] });
  assert.deepEqual(probe.heard(), { held: [2], tail: [] });
  probe.release(2).wait(tailFrames + 1);
  assert.ok(probe.player.play(100).every((sample) => Object.is(sample, 0)));
});

Deno.test("ids: one number can sound twice, each with an end of its own", async () => {
  const probe = await Probe.of({ voices: 4 });
  probe.player.on(100, 6).on(-7, 6);
  assert.deepEqual(probe.sums(), [2 * 2 ** 6, 0]);
  probe.player.off(100);
  assert.deepEqual(probe.sums(), [2 ** 6, 2 ** 6]);
  probe.player.off(6).off(100);
  assert.deepEqual(probe.sums(), [2 ** 6, 2 ** 6]);
  probe.player.off(-7);
  assert.deepEqual(probe.sums(), [0, 2 * 2 ** 6]);
});

Deno.test("a repeated id takes its own voice again, also from its tail, and moves to the new number", async () => {
  const probe = await Probe.of({ voices: 4 });
  probe.player.on(1, 6);
  probe.wait(5).player.on(1, 8);
  assert.deepEqual(probe.heard(), { held: [8], tail: [] });
  probe.release(1).wait(5).player.on(1, 9);
  assert.deepEqual(probe.heard(), { held: [9], tail: [] });
});

Deno.test("velocity scales what is heard; 0 and below is a release; above 1 is 1", async () => {
  const loudness = async (velocity: number) => {
    const player = (await PatchPlayer.of(sines)).on(1, 81, velocity);
    player.play(4_800);
    return peak(player.play(4_800));
  };
  const full = await loudness(1);
  for (const velocity of [0.75, 0.5, 0.01]) {
    assert.ok(Math.abs(await loudness(velocity) / full - velocity) < 1e-5);
  }
  assert.equal(await loudness(7), full);
  assert.equal(await loudness(0), 0);
  const probe = await Probe.of({ voices: 4 });
  for (const velocity of [0, -1, -0]) {
    probe.strike(3).player.on(3, 3, velocity);
    assert.deepEqual(probe.heard(), { held: [], tail: [3] });
  }
});

Deno.test("what is out of range or unknown is ignored", async () => {
  const player = await PatchPlayer.of(sines);
  for (const number of [-0.001, 127.001, NaN, Infinity, -Infinity]) player.on(1, number);
  player.on(1, 60, 1, 1).on(1, 60, 1, -1).off(5).off(5, 7);
  player.exports.pedal(9, 1);
  player.exports.set_parameter(999, 1);
  player.exports.set_parameter(-1, 1);
  assert.equal(peak(player.play(1_000)), 0);
  player.on(1, 0).on(2, 127);
  assert.ok(peak(player.play(4_800)) > 0.05);
});

Deno.test("the pedal holds what is let go; a key struck again is let go by its own end only", async () => {
  const probe = await Probe.of({ voices: 6 });
  probe.strike(1, 2).pedal(true).release(1).wait(50);
  assert.deepEqual(probe.heard(), { held: [1, 2], tail: [] });
  assert.deepEqual(probe.strike(3).release(3).strike(1).heard().held, [1, 2, 3]);
  assert.deepEqual(probe.pedal(false).heard(), { held: [1, 2], tail: [3] });
  assert.deepEqual(probe.release(1).heard(), { held: [2], tail: [1, 3] });
  assert.deepEqual(probe.pedal(false).pedal(true).heard(), { held: [2], tail: [1, 3] });
});

Deno.test("the pedal does not bring back what is already released", async () => {
  const probe = await Probe.of({ voices: 2 });
  assert.deepEqual(probe.strike(1).release(1).pedal(true).heard(), { held: [], tail: [1] });
});

Deno.test("panic fades out within 5 ms, frees every voice, and forgets keys and pedal", async () => {
  const player = await PatchPlayer.of(sines);
  for (let id = 0; id < 16; id++) player.on(id, 40 + 3 * id);
  player.exports.pedal(0, 1);
  player.play(4_800);
  player.exports.panic();
  assert.ok(peak(player.play(120)) > 0.01, "it is a fade");
  player.play(121);
  assert.ok(player.play(4_800).every((sample) => Object.is(sample, 0)));
  const probe = await Probe.of({ voices: 2, steal: "none" });
  probe.strike(1, 2).pedal(true).wait(5).player.exports.panic();
  assert.deepEqual(probe.wait(241).strike(3, 4).heard(), { held: [3, 4], tail: [] });
  assert.deepEqual(probe.release(3).heard(), { held: [4], tail: [3] });
});

Deno.test("a note that is struck while all fades out after a panic comes back to full loudness", async () => {
  const probe = await Probe.of({ voices: 1 });
  probe.strike(1).wait(5).player.exports.panic();
  assert.deepEqual(probe.wait(100).strike(1).wait(241).heard(), { held: [1], tail: [] });
});

Deno.test("sleeping groups cost no computing: nothing in the memory moves but the clock", async () => {
  const player = await PatchPlayer.of(sines);
  for (let id = 0; id < 16; id++) player.on(id, 40 + id);
  player.play(100);
  for (let id = 0; id < 16; id++) player.off(id);
  player.play(48_000);
  const before = new Uint32Array(player.memory).slice();
  assert.ok(player.play(640).every((sample) => Object.is(sample, 0)));
  const after = new Uint32Array(player.memory);
  const moved = [...before.keys()].filter((word) => before[word] !== after[word]);
  assert.deepEqual(moved.map((word) => after[word] - before[word]), [640]);
});

/** A plain account of what is held, for instruments that have a voice for everything. */
class Keyboard {
  readonly #keys = new Map<number, { number: number; byKey: boolean }>();
  #pedal = false;

  on(id: number, number: number): void {
    this.#keys.set(id, { number, byKey: true });
  }

  off(id: number): void {
    const key = this.#keys.get(id);
    if (key && this.#pedal) key.byKey = false;
    else this.#keys.delete(id);
  }

  pedal(down: boolean): void {
    this.#pedal = down;
    if (!down) { for (const [id, { byKey }] of this.#keys) if (!byKey) this.#keys.delete(id); }
  }

  panic(): void {
    this.#keys.clear();
    this.#pedal = false;
  }

  get sum(): number {
    return [...this.#keys.values()].reduce((sum, { number }) => sum + 2 ** number, 0);
  }
}

Deno.test("with voices for everything, exactly what keys and pedal hold is held, whatever is played", async () => {
  const probe = await Probe.of({ voices: 5 });
  fc.assert(
    fc.property(scores, (score) => {
      probe.player.exports.panic();
      probe.wait(250);
      const keyboard = new Keyboard();
      for (const { event, frames } of score) {
        tellBoth(probe, keyboard, event);
        if (event.do === "panic") probe.wait(241);
        probe.wait(frames + 241); // a voice taken again after a panic finds its loudness
        assert.equal(probe.sums()[0], keyboard.sum);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("nothing hangs: with all keys and the pedal let go every instrument comes to exact zeros", async () => {
  for (const mode of playingModes) {
    for (const steal of stealingRules) {
      for (const unison of [1, 3]) {
        const voices = mode === "poly" ? unison + 1 : unison;
        const probe = await Probe.of({ mode, steal, unison, voices, detuneCents: 30 });
        fc.assert(
          fc.property(scores, (score) => {
            for (const { event, frames } of score) {
              playStep(probe.player, { event, frames });
            }
            probe.release(0, 1, 2, 3, 4).pedal(false).wait(tailFrames + 241); // a stolen voice fades for 5 ms
            assert.ok(probe.player.play(10).every((sample) => sample === 0), `${mode} ${steal} ${unison}`);
          }),
          { numRuns: 15 },
        );
      }
    }
  }
});

Deno.test("a copy of the memory in the middle of notes goes on with the same bits through all that follows", async () => {
  for (const mode of playingModes) {
    for (const steal of stealingRules) {
      const polyphony = { mode, steal, unison: 2, voices: mode === "poly" ? 5 : 2, detuneCents: 9 };
      const { player: original } = await Probe.of(polyphony);
      const { player: copy } = await Probe.of(polyphony);
      fc.assert(
        fc.property(scores, scores, (before, after) => {
          for (const step of before) playStep(original, step);
          new Uint8Array(copy.memory).set(new Uint8Array(original.memory));
          for (const step of after) assert.ok(sameBits(playStep(copy, step), playStep(original, step)));
          assert.deepEqual(new Uint8Array(copy.memory), new Uint8Array(original.memory));
        }),
        { numRuns: 10 },
      );
    }
  }
});

Deno.test("seeds of voices, notes and states that lie side by side lead to beginnings far apart, none of them zero", () => {
  const { call } = runText(
    sharedFunctions,
    `(func (export "seeded") (param $seed i32) (param $stream i32) (param $index i32) (result i32)
      (call $seeded (local.get $seed) (local.get $stream) (local.get $index)))`,
  );
  const side = [0, 1, 2, 3, 4, 5, 6, 7];
  const all = side.flatMap((seed) =>
    side.flatMap((stream) => side.map((index) => call("seeded", seed, stream, index)))
  );
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.every((number) => number % 2 !== 0));
  // of 512 numbers every bit but the lowest is set in about half
  for (let bit = 1; bit < 32; bit++) {
    const set = all.filter((number) => (number >>> bit & 1) === 1).length;
    assert.ok(Math.abs(set - all.length / 2) < 80, `bit ${bit}: ${set}`);
  }
});
