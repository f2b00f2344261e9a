import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { limitVoices, maxVoicesLetGo } from "../../../engine/renderer/voice_limit.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { readyInstance } from "../../../testing/patch/ready_instance.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
const checksum = compileChecksum();
const { polyphony } = patchNamed("keys").build(format).instruments[0];

function keys() {
  const instance = readyInstance(preparePatch(0, compilePatch("keys", format), checksum), 64, 1);
  const { exports, words, floats, description } = instance;
  const places = description.arena.voices![0];
  const lanes = Array.from(
    { length: polyphony.voices },
    (_, voice) => (places.offset + (voice >> 2) * places.groupBytes) / 4 + voice % 4,
  );
  return {
    instance,
    play: (...ids: readonly number[]) => ids.forEach((id) => exports.note_on(0, id, 40 + id, 0.8)),
    release: (...ids: readonly number[]) => ids.forEach((id) => exports.note_off(0, id)),
    pedal: () => exports.pedal(0, 1),
    render: (blocks: number) => {
      for (let block = 0; block < blocks; block++) exports.render(0, 64);
    },
    limit: (voices: number) => limitVoices(instance, voices),
    /** Ages of the voices that sound and are not on their way out: notes are counted from 1. */
    kept: () =>
      lanes.filter((lane) => words[lane] !== 0 && floats[lane + places.fields.gainTarget / 4] !== 0)
        .map((lane) => words[lane + places.fields.age / 4]).sort((a, b) => a - b),
    sounding: () => lanes.filter((lane) => words[lane] !== 0).length,
  };
}

Deno.test("released voices go first, then those that only the pedal holds, then the oldest keys", () => {
  const { play, release, pedal, render, limit, kept } = keys();
  play(1, 2, 3, 4, 5, 6);
  render(4); // a note that is released before its first frame is over at once
  release(4);
  pedal();
  release(2);
  render(1);
  const left = [6, 5, 4, 3, 2].map((voices) => (limit(voices), kept()));
  assert.deepEqual(left, [[1, 2, 3, 4, 5, 6], [1, 2, 3, 5, 6], [1, 3, 5, 6], [3, 5, 6], [5, 6]]);
});

Deno.test("a voice that was let go fades without a click and is silent after 5 ms; one above the limit is let go at once", () => {
  const { instance, play, render, limit, kept, sounding } = keys();
  play(1, 2, 3);
  render(40);
  limit(2);
  let largestStep = 0;
  let before = instance.output[126];
  for (let block = 0; block < 5; block++) { // 6.7 ms
    render(1);
    for (let frame = 0; frame < 64; frame++) {
      largestStep = Math.max(largestStep, Math.abs(instance.output[frame * 2] - before));
      before = instance.output[frame * 2];
    }
  }
  assert.ok(largestStep < 0.1, `a step of ${largestStep}`);
  assert.equal(sounding(), 2);
  play(4);
  limit(2);
  assert.deepEqual(kept(), [3, 4]);
});

Deno.test("many voices are let go over several blocks, and the same ones in every renderer", () => {
  const ids = Array.from({ length: polyphony.voices }, (_, id) => id);
  const [one, two] = [keys(), keys()].map((each) => {
    each.play(...ids);
    each.render(1);
    for (let block = 0; block < 3; block++) {
      each.limit(1);
      each.render(1);
    }
    return each;
  });
  assert.equal(one.kept().length, Math.max(1, polyphony.voices - 3 * maxVoicesLetGo));
  assert.deepEqual(one.instance.bytes, two.instance.bytes);
  const tally = readyInstance(preparePatch(0, tallyPatch(format), checksum), 64, 1);
  limitVoices(tally, 1); // it has no voices
});
