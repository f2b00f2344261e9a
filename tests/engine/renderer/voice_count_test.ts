import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { maxCountedInstruments } from "../../../engine/memory/constants.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { countVoices } from "../../../engine/renderer/voice_count.ts";
import { compilePatch } from "../../../patches/loading/compile_named.ts";
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
