import assert from "node:assert/strict";
import { SeatState } from "../../../engine/memory/layout.ts";
import { orderIndex, reportFieldIndex } from "../../../engine/memory/seats.ts";
import { playInProcess } from "../../../engine/renderer/process.ts";
import { writeRendererProcessStart } from "../../../engine/run/renderer_process_start.ts";
import { sharedBuffer } from "../../../engine/run/run_memory.ts";
import { InvariantError } from "../../../foundation/invariant.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";

const { native, build } = await nativeForTests();

Deno.test("a process whose seat is another's, or whose memory is of another version, touches nothing", () =>
  inRun(async ({ folder }) => {
    const memory = testMemory({}, (bytes) => sharedBuffer(native, folder, bytes));
    const { words } = memory;
    writeRendererProcessStart(folder.rendererStart, {
      nativeLibrary: build.library,
      memoryBytes: memory.bytes.length,
      seed: 1,
      faultsAllowed: false,
    });
    const report = (name: "state" | "threadId") => words[reportFieldIndex(memory, 2, name)];
    words[orderIndex(memory, 2, "incarnation")] = 8;
    await playInProcess([folder.path, "2", "7"]);
    words[reportFieldIndex(memory, 2, "threadId")] = -1;
    await playInProcess([folder.path, "2", "8"]);
    assert.deepEqual([report("state"), report("threadId")], [SeatState.empty, -1]);
    words[1]++; // the layout's version
    await assert.rejects(playInProcess([folder.path, "2", "8"]), InvariantError);
  }));
