import assert from "node:assert/strict";
import {
  readRendererProcessStart,
  writeRendererProcessStart,
} from "../../../engine/run/renderer_process_start.ts";
import { InvariantError } from "../../../foundation/invariant.ts";
import { inFolder } from "../../../testing/in_folder.ts";

Deno.test("a start is read as it was written, and anything else is refused", () =>
  inFolder((folder) => {
    const path = `${folder}/renderer.json`;
    const start = { nativeLibrary: "/a.so", memoryBytes: 65_536, seed: 1, faultsAllowed: true };
    writeRendererProcessStart(path, start);
    assert.deepEqual(readRendererProcessStart(path), start);
    for (const wrong of [{ nativeLibrary: 1 }, { memoryBytes: "1" }, { seed: 0.5 }]) {
      Deno.writeTextFileSync(path, JSON.stringify({ ...start, ...wrong }));
      assert.throws(() => readRendererProcessStart(path), InvariantError);
    }
  }));
