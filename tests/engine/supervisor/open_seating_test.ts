import assert from "node:assert/strict";
import { openSeating } from "../../../engine/supervisor/open_seating.ts";
import { ProcessSeating } from "../../../engine/supervisor/process_seating.ts";
import { ThreadSeating } from "../../../engine/supervisor/thread_seating.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";

const { native, build: { library: nativeLibrary } } = await nativeForTests();

Deno.test("renderers are threads, or processes where the engine has a run", () =>
  inRun((processes) => {
    const options = {
      memory: testMemory(),
      native,
      nativeLibrary,
      patches: [],
      seed: 1,
      faultsAllowed: false,
    };
    assert.ok(openSeating(options) instanceof ThreadSeating);
    assert.ok(openSeating({ ...options, processes }) instanceof ProcessSeating);
  }));
