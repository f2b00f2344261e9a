import assert from "node:assert/strict";
import { layoutVersion } from "../../../engine/memory/layout.ts";
import { programVersion } from "../../../engine/run/program_version.ts";

Deno.test("a version names the modules that it runs, its runtime and its layout", () => {
  const native = { nativeLibrary: "/a.so", stage: "/a-stage" };
  const { folder, ...version } = programVersion(native);
  assert.ok(Deno.statSync(`${folder}main.ts`).isFile);
  assert.deepEqual(version, { ...native, runtime: Deno.execPath(), standalone: false, layoutVersion });
});
