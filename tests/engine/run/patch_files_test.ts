import assert from "node:assert/strict";
import { PatchFiles } from "../../../engine/run/patch_files.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const { native } = await nativeForTests();
const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 };

Deno.test("a patch is read back as it was written, with its samples in one memory for all", () =>
  inRun(async ({ folder }) => {
    const sampleMemory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
    new Float32Array(sampleMemory.buffer)[32_000] = 0.25;
    const patch = { ...tallyPatch(format), sampleMemory };
    const files = new PatchFiles(folder, native);
    await files.write(0, tallyPatch(format));
    await files.write(10, patch);
    await files.write(9, patch);
    const { module: _module, sampleMemory: _samples, ...rest } = patch;
    const [other, again] = [new PatchFiles(folder, native).read(10), new PatchFiles(folder, native).read(9)];
    const { sampleMemory: found, ...description } = other;
    assert.deepEqual(description, rest);
    assert.equal(new Float32Array(found!.buffer)[32_000], 0.25);
    new Float32Array(found!.buffer)[1] = 1;
    assert.equal(new Float32Array(again.sampleMemory!.buffer)[1], 1, "both patches read the same samples");
    assert.equal(files.read(0).sampleMemory, undefined);
    assert.deepEqual(files.numbers(), [0, 9, 10]);
    files.remove(9);
    assert.deepEqual(files.numbers(), [0, 10]);
  }));

Deno.test("samples go with the last patch that has them, and those that were half written are written again", () =>
  inRun(async ({ folder }) => {
    const sampleMemory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const patch = { ...tallyPatch(format), sampleMemory };
    const files = new PatchFiles(folder, native);
    const samples = folder.samplesOf(1);
    await Deno.writeFile(samples, new Uint8Array(100)); // the control process was lost here
    await files.write(1, patch);
    await files.write(2, patch);
    files.remove(1);
    assert.equal(files.read(2).sampleMemory!.buffer.byteLength, 65_536);
    files.remove(2);
    await assert.rejects(Deno.stat(samples), Deno.errors.NotFound);
    await files.write(3, patch);
    assert.equal(files.read(3).sampleMemory!.buffer.byteLength, 65_536, "a later patch has them again");
  }));
