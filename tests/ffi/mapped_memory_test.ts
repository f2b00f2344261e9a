import assert from "node:assert/strict";
import { mapMemory, MappedMemoryError } from "../../ffi/mapped_memory.ts";
import { InvariantError } from "../../foundation/invariant.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { until } from "../../testing/until.ts";

const { native } = await nativeForTests();
const bytes = 131_072;

Deno.test("two mappings of a file are one memory, with atomics, and outlive the file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/memory`;
    const one = new Int32Array(mapMemory(native, { path, bytes, create: true }).buffer);
    const other = new Int32Array(mapMemory(native, { path, bytes, create: false }).buffer);
    await Deno.remove(path);
    assert.ok((one.buffer as unknown) instanceof SharedArrayBuffer);
    assert.equal(Atomics.add(one, 30_000, 5), 0);
    assert.equal(Atomics.compareExchange(other, 30_000, 5, 7), 5);
    assert.equal(Atomics.load(one, 30_000), 7);
  }));

Deno.test("two processes count in one memory without losing a count", () =>
  inFolder(async (folder) => {
    const path = `${folder}/memory`;
    const words = new Int32Array(mapMemory(native, { path, bytes, create: true }).buffer);
    const counts = 200_000;
    const counter = `
      import { mapMemory } from "${new URL("../../ffi/mapped_memory.ts", import.meta.url)}";
      import { nativeForTests } from "${new URL("../../testing/native_for_tests.ts", import.meta.url)}";
      const { native } = await nativeForTests();
      const words = new Int32Array(mapMemory(native, { path: "${path}", bytes: ${bytes}, create: false }).buffer);
      Atomics.add(words, 0, 1);
      while (Atomics.load(words, 0) < 2);
      for (let count = 0; count < ${counts}; count++) Atomics.add(words, 100, 1);`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", counter] }).spawn();
    Atomics.add(words, 0, 1);
    await until("the other process counts", () => Atomics.load(words, 0) === 2);
    for (let count = 0; count < counts; count++) Atomics.add(words, 100, 1);
    assert.ok((await child.status).success);
    assert.equal(words[100], 2 * counts);
  }));

Deno.test("a file that cannot be made is named with the remedy, and one that exists is not taken for a new one", () =>
  inFolder((folder) => {
    const path = `${folder}/memory`;
    assert.throws(
      () => mapMemory(native, { path: `${folder}/none/memory`, bytes, create: true }),
      (error: Error) =>
        error instanceof MappedMemoryError && /UNDERSTUDY_ISOLATION=threads/.test(error.message),
    );
    assert.throws(() => mapMemory(native, { path, bytes, create: false }), MappedMemoryError);
    mapMemory(native, { path, bytes, create: true });
    assert.throws(() => mapMemory(native, { path, bytes, create: true }), MappedMemoryError);
    assert.throws(() => mapMemory(native, { path, bytes: 1_000, create: false }), InvariantError);
  }));
