import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { silenceVoices } from "../../../engine/renderer/voice_silence.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { readyInstance } from "../../../testing/patch/ready_instance.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
const checksum = compileChecksum();

Deno.test("notes of these ids are silent after 5 ms, held, released or on the pedal; others sound on", () => {
  const instance = readyInstance(preparePatch(0, compilePatch("keys", format), checksum), 64, 1);
  const { exports, words, description } = instance;
  const { offset, groupBytes, groupCount, fields } = description.arena.voices![0];
  const sounding = () =>
    Array.from({ length: groupCount * 4 }, (_, voice) => (offset + (voice >> 2) * groupBytes) / 4 + voice % 4)
      .filter((lane) => words[lane] !== 0).map((lane) => words[lane + fields.id! / 4]).sort((a, b) => a - b);
  const render = (blocks: number) => {
    for (let block = 0; block < blocks; block++) exports.render(0, 64);
  };
  for (const id of [59, 60, 61, 62, 63, 2_000_060]) exports.note_on(0, id, 60, 0.8);
  render(4);
  exports.note_off(0, 61);
  exports.pedal(0, 1);
  exports.note_off(0, 62);
  render(1);
  silenceVoices(instance, 0, 60, 3);
  render(5);
  assert.deepEqual(sounding(), [59, 63, 2_000_060]);
  silenceVoices(instance, 1, 60, 3); // there is no such instrument
  silenceVoices(readyInstance(preparePatch(0, tallyPatch(format), checksum), 64, 1), 0, 0, 1); // nor voices
});
