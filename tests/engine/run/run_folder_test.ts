import assert from "node:assert/strict";
import { cString } from "../../../ffi/c_string.ts";
import { mapMemory, MappedMemoryError } from "../../../ffi/mapped_memory.ts";
import { createRunFolder, knownRuns, removeRunFolder } from "../../../engine/run/run_folder.ts";
import { ProcessHandle } from "../../../ffi/process_handle.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";

const { native } = await nativeForTests();
const exists = (path: string) => {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
};

Deno.test("a run has a folder and a memory of its own, and both go when it is removed", () =>
  inFolder((parent) => {
    const [one, other] = [createRunFolder(native, parent), createRunFolder(native, parent)];
    for (const { memory, parameters } of [one, other]) {
      mapMemory(native, { path: memory, bytes: 65_536, create: true });
      Deno.writeTextFileSync(parameters, "{}");
    }
    Deno.mkdirSync(`${parent}/understudy-run-of-another-kind`);
    assert.deepEqual(
      knownRuns(parent).map(({ folder }) => folder.path).sort(),
      [one.path, other.path].sort(),
    );
    for (const { pid, start } of knownRuns(parent)) {
      assert.ok(pid === Deno.pid && ProcessHandle.open(native, pid, start), "its process is found");
    }
    removeRunFolder(native, one);
    assert.deepEqual([one.path, one.memory].map(exists), [false, false]);
    assert.deepEqual([other.path, other.memory].map(exists), [true, true]);
    removeRunFolder(native, other);
    removeRunFolder(native, other);
    assert.deepEqual([other.path, other.memory].map(exists), [false, false]);
  }));

Deno.test("a start removes what runs have left whose first process is gone, and nothing of those that live", () =>
  inFolder(async (parent) => {
    const living = createRunFolder(native, parent);
    const name = living.path.slice(parent.length + 1);
    const child = new Deno.Command("true").spawn();
    await child.status;
    // one of a process that is gone, and one whose id another process has now
    const dead = [
      name.replace(/-\d+-/, `-${child.pid}-`),
      name.replace(/-(\d+)-(\d+)-/, "-$1-7-"),
    ];
    for (const each of dead) {
      Deno.mkdirSync(`${parent}/${each}`);
      Deno.writeTextFileSync(`${parent}/${each}/parameters.json`, "{}");
      Deno.mkdirSync(`${parent}/${each}/parameters.json.new/inside`, { recursive: true });
      Deno.writeTextFileSync(`${parent}/${each}/parameters.json.new/inside/file`, "of somebody else");
      Deno.symlinkSync(parent, `${parent}/${each}/link`);
      Deno.writeTextFileSync(`/dev/shm/${each}.memory`, "left");
    }
    const removed = native.symbols.us_run_remove_dead(cString(parent));
    // the folders; another engine that starts just now may have removed what lay in the memory of all
    assert.ok(removed >= dead.length && removed <= 2 * dead.length, `${removed} were removed`);
    for (const each of dead) {
      assert.ok(!exists(`${parent}/${each}`) && !exists(`/dev/shm/${each}.memory`), each);
    }
    assert.ok(exists(living.path));
    removeRunFolder(native, living);
  }));

Deno.test("a folder that cannot be made is named with the remedy", () => {
  assert.throws(
    () => createRunFolder(native, "/proc/none"),
    (error: Error) => error instanceof MappedMemoryError && /TMPDIR/.test(error.message),
  );
});
