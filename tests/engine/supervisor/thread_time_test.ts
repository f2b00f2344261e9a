/**
 * What the kernel says of threads.
 *
 * Needs real time: threads work, sleep and wait for a processor.
 */
import assert from "node:assert/strict";
import { readThreadTime } from "../../../engine/supervisor/thread_time.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { until } from "../../../testing/until.ts";

const { native } = await nativeForTests();
const linux = Deno.build.os === "linux";

Deno.test(
  {
    name:
      "the thread that asks runs, and its processor time grows with its work, also without all permissions",
    ignore: !linux,
    permissions: { ffi: true, read: true },
  },
  () => {
    const self = native.symbols.us_thread_id();
    const before = readThreadTime(native, self)!;
    assert.ok(before.runnable);
    const workEnds = performance.now() + 20;
    while (performance.now() < workEnds);
    const worked = readThreadTime(native, self)!.processorMs - before.processorMs;
    assert.ok(worked > 0 && worked < 10_000, `${worked} ms`);
  },
);

Deno.test({
  name: "a process that sleeps is not runnable; one that was stopped is not either",
  ignore: !linux,
}, async () => {
  const sleeper = new Deno.Command("sleep", { args: ["60"] }).spawn();
  await until("it sleeps", () => readThreadTime(native, sleeper.pid)?.runnable === false);
  const busy = new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn();
  await until("it works", () => (readThreadTime(native, busy.pid)?.processorMs ?? 0) > 10);
  assert.ok(readThreadTime(native, busy.pid)!.runnable);
  busy.kill("SIGSTOP");
  await until("it is stopped", () => readThreadTime(native, busy.pid)?.runnable === false);
  for (const child of [sleeper, busy]) {
    child.kill("SIGKILL");
    await child.status;
    assert.equal(readThreadTime(native, child.pid), undefined, "gone");
  }
});

Deno.test("a thread whose id is not known yet gives no account", () => {
  assert.equal(readThreadTime(native, 0), undefined);
});
