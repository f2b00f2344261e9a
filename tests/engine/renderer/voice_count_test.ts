import assert from "node:assert/strict";
import { compileGraph } from "../../../compiler/compile.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { maxCountedInstruments } from "../../../engine/memory/constants.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { countVoices } from "../../../engine/renderer/voice_count.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { readyInstance } from "../../../testing/patch/ready_instance.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };

Deno.test("the voices of each instrument are counted, and a patch that cannot tell leaves the words alone", () => {
  const checksum = compileChecksum();
  const counts = new Int32Array(maxCountedInstruments + 1).fill(-1);
  const sines = readyInstance(preparePatch(0, compilePatch("sines", format), checksum), 64, 1);
  [60, 64, 67].forEach((id) => sines.exports.note_on(0, id, id, 1));
  sines.exports.render(0, 64);
  countVoices(sines, counts, 1);
  assert.deepEqual([...counts.subarray(0, 3)], [-1, 3, -1]);
  sines.exports.panic();
  for (let block = 0; block < 100; block++) sines.exports.render(0, 64); // a panic fades
  countVoices(sines, counts, 1);
  assert.equal(counts[1], 0);
  countVoices(readyInstance(preparePatch(0, tallyPatch(format), checksum), 64, 1), counts, 0);
  assert.equal(counts[0], -1);
});

Deno.test("all instruments that a patch may have are counted", () => {
  const beep = instrument({
    voices: 2,
    voice: ({ velocity }) => ({ output: velocity, envelope: velocity }),
  });
  const patch = definePatch({
    name: "many",
    instruments: Object.fromEntries(
      Array.from({ length: maxCountedInstruments }, (_, index) => [`i${index}`, beep]),
    ),
    output: ({ i0 }) => i0,
  });
  const compiled = compileGraph(patch.build(format), format);
  const many = readyInstance(preparePatch(0, compiled, compileChecksum()), 64, 1);
  many.exports.note_on(16, 1, 60, 1);
  many.exports.note_on(63, 1, 60, 1);
  many.exports.note_on(63, 2, 60, 1);
  const counts = new Int32Array(maxCountedInstruments);
  countVoices(many, counts, 0);
  assert.deepEqual([counts[15], counts[16], counts[63]], [0, 1, 2]);
});
