import assert from "node:assert/strict";
import { fixed } from "../../../engine/memory/layout.ts";
import { TelemetryThread } from "../../../osc/page/telemetry_thread.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { until } from "../../../testing/until.ts";
import type { TelemetryItem } from "../../../telemetry/telemetry_messages.ts";

const { build: { library: nativeLibrary } } = await nativeForTests();

Deno.test("it serves pages while it runs, the callback keeps the output just as long, and a stop may be repeated", async () => {
  const memory = testMemory();
  const items: TelemetryItem[] = [];
  const onError = (error: Error) => assert.fail(error);
  const thread = new TelemetryThread({
    ...{ memory, nativeLibrary, onError },
    onReport: (report) => items.push(...report.items),
  });
  const readers = () => Atomics.load(memory.words, fixed.control.keepOutput.index);
  assert.equal(readers(), 1);
  thread.post({ kind: "want", page: 7, want: { liveHz: 30 } });
  await until("a message for the page", () => items.length > 0);
  assert.deepEqual([items[0].pages, items[0].isText], [[7], true]);
  assert.equal(JSON.parse(new TextDecoder().decode(items[0].data)).processes[0].pid, Deno.pid);
  await Promise.all([thread.stop(), thread.stop()]);
  assert.equal(readers(), 0);
});

Deno.test("one that cannot begin says why", async () => {
  const problem = Promise.withResolvers<Error>();
  const thread = new TelemetryThread({
    memory: testMemory(),
    nativeLibrary: "/no/library.so",
    onReport: () => {},
    onError: problem.resolve,
  });
  assert.match((await problem.promise).message, /library\.so/);
  await thread.stop();
});
