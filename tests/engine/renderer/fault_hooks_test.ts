import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { flipBit, trap } from "../../../engine/renderer/fault_hooks.ts";
import { type PatchInstance, preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { readyInstance } from "../../../testing/patch/ready_instance.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

function instance(): PatchInstance {
  const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  return readyInstance(preparePatch(0, patch, compileChecksum()), 32, 7);
}

Deno.test("one bit flips, in a word of the patch's state that was not zero, and flips back", () => {
  const made = instance();
  const { arena } = made.description;
  made.exports.note_on(0, 1, 60, 1);
  for (const place of [0, 5, 1_000_003]) {
    const before = made.words.slice();
    flipBit(made, place, 13);
    const changed = [...before.keys()].filter((index) => before[index] !== made.words[index]);
    assert.equal(changed.length, 1);
    assert.ok(changed[0] * 4 >= arena.hostOffset + arena.hostBytes && changed[0] * 4 < arena.inputOffset);
    assert.notEqual(before[changed[0]], 0);
    flipBit(made, place, 13);
    assert.deepEqual(made.words, before);
  }
});

Deno.test("a trap is a trap of WebAssembly", () => {
  assert.throws(() => trap(instance()), WebAssembly.RuntimeError);
});
