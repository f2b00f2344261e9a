import assert from "node:assert/strict";
import { beginRun } from "../../../engine/run/begin_run.ts";
import { sharedBuffer } from "../../../engine/run/run_memory.ts";
import { PatchFiles } from "../../../engine/run/patch_files.ts";
import { readRendererProcessStart } from "../../../engine/run/renderer_process_start.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const { native, build: { library: nativeLibrary } } = await nativeForTests();
const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });

Deno.test("a run begins with its memory, its patches, and what every renderer process needs", () =>
  inRun(async ({ folder }) => {
    const memory = testMemory({}, (bytes) => sharedBuffer(native, folder, bytes));
    const patches = [{ number: 3, patch }, { number: 4, patch }];
    await beginRun(folder, { native, memory, patches, nativeLibrary, seed: 9, faultsAllowed: true });
    assert.equal((await Deno.stat(folder.memory)).size, memory.bytes.length);
    assert.deepEqual(new PatchFiles(folder, native).numbers(), [3, 4]);
    const memoryBytes = memory.bytes.length;
    assert.deepEqual(readRendererProcessStart(folder.rendererStart), {
      ...{ nativeLibrary, memoryBytes, seed: 9, faultsAllowed: true },
    });
  }));
