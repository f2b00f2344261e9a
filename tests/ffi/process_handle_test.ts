import assert from "node:assert/strict";
import { ProcessHandle } from "../../ffi/process_handle.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { until } from "../../testing/until.ts";

const { native } = await nativeForTests();

Deno.test("a process is followed until it has ended, also before its parent asks how", async () => {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const process = ProcessHandle.open(native, child.pid)!;
  assert.equal(process.ended, false);
  process.signal("SIGKILL");
  await until("it has ended", () => process.ended);
  assert.equal((await child.status).signal, "SIGKILL");
  process.signal("SIGKILL"); // nothing is left to be hit
  assert.equal(process.ended, true);
});

Deno.test("a process is meant that began at the time that is told, not another with the same id", async () => {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const start = ProcessHandle.startOf(native, child.pid);
  assert.notEqual(start, 0);
  assert.equal(ProcessHandle.open(native, child.pid, start - 1), undefined);
  const process = ProcessHandle.open(native, child.pid, start)!;
  process.signal("SIGKILL");
  assert.equal((await child.status).signal, "SIGKILL");
  assert.equal(ProcessHandle.startOf(native, 0x3FFFFFFF), 0);
});

Deno.test("where no process is, there is no handle", () => {
  assert.equal(ProcessHandle.open(native, 0), undefined);
  assert.equal(ProcessHandle.open(native, 0x3FFFFFFF), undefined);
});
