/**
 * What the process ends by when nobody has stopped the engine.
 *
 * Covers: engine/device/exit_guard.ts
 */
import assert from "node:assert/strict";

async function end(how: string): Promise<{ code: number; signal: Deno.Signal | null; text: string }> {
  const script = new URL("./playing_process.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", script, how] });
  const { code, signal, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, signal, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

for (const how of ["throw", "reject"]) {
  Deno.test(`an error that nobody catches while it plays (${how}) ends the process with its text and code 1`, async () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      const { code, signal, text } = await end(how);
      assert.deepEqual([code, signal], [1, null], text);
      assert.match(text, /nobody catches this/);
    }
  });
}

Deno.test("Deno.exit while it plays ends the process with the code that was asked for", async () => {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { code, signal, text } = await end("exit");
    assert.deepEqual([code, signal], [3, null], text);
  }
});

Deno.test("after an error that a later listener forgives, the sound goes on", async () => {
  const { code, signal, text } = await end("forgiven");
  assert.deepEqual([code, signal], [0, null], text);
  assert.match(text, /it plays on/);
});
