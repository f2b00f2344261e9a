import assert from "node:assert/strict";
import { checksumOf, compileChecksum } from "../../../engine/memory/checksum.ts";
import { instantiatePatch, PatchInstance, preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { readyInstance } from "../../../testing/patch/ready_instance.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 1, maximumBlockFrames: 32 });

Deno.test("instances of one patch share its code and nothing else", () => {
  const [one, other] = [instantiatePatch(patch), instantiatePatch(patch)];
  assert.notEqual(one.memory, other.memory);
  one.initialize(1);
  one.note_on(0, 1, 60, 1);
  one.render(0, 32);
  assert.ok(new Uint8Array(other.memory.buffer).every((byte) => byte === 0));
});

Deno.test("the views of an instance show its output, its input and its host region, and its checksum covers the arena", () => {
  const prepared = preparePatch(4, patch, compileChecksum());
  const instance = readyInstance(prepared, 16, 9);
  assert.deepEqual([instance.number, instance.output.length, instance.input.length], [4, 32, 16]);
  assert.equal(instance.output.byteOffset, patch.arena.outputOffset);
  assert.equal(instance.host * 4, patch.arena.hostOffset);
  const plain = instantiatePatch(patch);
  plain.initialize(9);
  assert.deepEqual(instance.bytes, new Uint8Array(plain.memory.buffer), "the seed was given");
  const expected = checksumOf(instance.bytes);
  assert.equal(instance.checksum.of(0, instance.bytes.length), expected.low);
  assert.equal(instance.checksum.high, expected.high);
});

Deno.test("an arena is made ready piece by piece, and is initialised after the last", () => {
  const prepared = preparePatch(4, patch, compileChecksum());
  const instance = new PatchInstance(prepared, { blockFrames: 16, seed: 9, pieceBytes: 16_384 });
  const { length } = instance.pieces;
  assert.equal(length, instance.bytes.length / 16_384);
  for (let piece = 1; piece < length; piece++) {
    assert.ok(!instance.makeReady());
    assert.ok(instance.bytes.every((byte) => byte === 0), "nothing is initialised yet");
  }
  assert.ok(instance.makeReady());
  assert.deepEqual(instance.bytes, readyInstance(preparePatch(4, patch, compileChecksum()), 16, 9).bytes);
  const initialised = instance.bytes.slice();
  assert.ok(instance.makeReady(), "asked again, it does nothing");
  assert.deepEqual(instance.bytes, initialised);
});
