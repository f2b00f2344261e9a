import assert from "node:assert/strict";
import { openNative } from "../../ffi/native_library.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";

Deno.test({
  name: "the native part stays in memory when it was closed: threads of others may still call it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { build } = await nativeForTests();
    const copy = await Deno.makeTempFile({ suffix: ".so" });
    await Deno.copyFile(build.library, copy);
    openNative(copy).close();
    assert.ok(Deno.readTextFileSync("/proc/self/maps").includes(copy));
    await Deno.remove(copy);
  },
});
