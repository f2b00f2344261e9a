import assert from "node:assert/strict";
import { openNative } from "../../ffi/open_native.ts";
import { inFolder } from "../../testing/in_folder.ts";
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

Deno.test("a file that is no library is named with what to do", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/broken.so`, "not a library");
    assert.throws(() => openNative(`${folder}/broken.so`), /delete it and start again/);
  }));
