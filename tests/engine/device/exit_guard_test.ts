/** How a process ends whose engine was not stopped. */
import assert from "node:assert/strict";
import { ExitGuard } from "../../../engine/device/exit_guard.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { sharedMemoryPointer } from "../../../ffi/shared_memory_pointer.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { sharedRuns } from "../../../testing/share.ts";
import { until } from "../../../testing/until.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("an uncaught error keeps the callback out for one turn; a closed guard keeps nothing out", async () => {
  const { native } = await nativeForTests();
  const memory = testMemory();
  memory.words[fixed.control.play.index] = 1;
  const plays = () => {
    const before = memory.consumed();
    const output = new Float32Array(64);
    native.symbols.us_callback(null, output, 32n, null, 0n, sharedMemoryPointer(native, memory.bytes));
    return memory.consumed() > before;
  };
  const guard = new ExitGuard(native, memory);
  const fail = () => globalThis.dispatchEvent(new Event("error", { cancelable: true }));
  assert.ok(plays());
  fail();
  assert.ok(!plays(), "the process may end in this turn");
  await until("it plays again, for the process did not end", plays);
  guard.close();
  fail();
  assert.ok(plays());
});

/** What ends a process may meet the callback at any place of a block. */
const attempts = sharedRuns("ends of a process that plays", 3, 3).numRuns;

async function end(how: string): Promise<{ code: number; signal: Deno.Signal | null; text: string }> {
  const script = new URL("./playing_process.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", script, how] });
  const { code, signal, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, signal, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

for (const how of ["throw", "reject"]) {
  Deno.test(`an uncaught error while it plays (${how}) ends the process with its text and code 1`, async () => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { code, signal, text } = await end(how);
      assert.deepEqual([code, signal], [1, null], text);
      assert.match(text, /no handler catches this/);
    }
  });
}

Deno.test("Deno.exit while it plays ends the process with the code that was asked for", async () => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { code, signal, text } = await end("exit");
    assert.deepEqual([code, signal], [3, null], text);
  }
});

Deno.test("after an error that a later listener forgives, the sound goes on", async () => {
  const { code, signal, text } = await end("forgiven");
  assert.deepEqual([code, signal], [0, null], text);
  assert.match(text, /it plays on/);
});
