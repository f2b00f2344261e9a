/** Signals that the runtime would answer with a debugger, or with its end. */
import assert from "node:assert/strict";
import { StatusSignal } from "../../cli/status_signal.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { until } from "../../testing/until.ts";

Deno.test("each of the two signals asks for the status, after the runtime has set its own handler as well", async () => {
  const { native } = await nativeForTests();
  const signals = new StatusSignal(native);
  let count = 0;
  signals.listen(() => count++);
  try {
    for (const signal of ["SIGUSR1", "SIGUSR2", "SIGUSR1"] as const) {
      const before = count;
      Deno.kill(Deno.pid, signal);
      await until(`${signal} to be counted`, () => count > before);
    }
  } finally {
    signals.stop();
  }
});

Deno.test("a program that plays opens no debugger for SIGUSR1, and lives on after SIGUSR2", async () => {
  const module = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
      `import { StatusSignal } from ${module("cli/status_signal.ts")};
       import { nativeForTests } from ${module("testing/native_for_tests.ts")};
       const { native } = await nativeForTests();
       const signals = new StatusSignal(native);
       let count = 0;
       signals.listen(() => console.log("status", ++count));
       // the runtime sets its handler half a second after the start
       setTimeout(() => console.log("up"), 1_500);`,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) text += part;
  };
  const reading = Promise.all([read(process.stdout), read(process.stderr)]);
  try {
    await until("the program to run", () => text.includes("up"));
    process.kill("SIGUSR1");
    await until("the first status", () => text.includes("status 1"));
    process.kill("SIGUSR2");
    await until("the second status", () => text.includes("status 2"));
  } finally {
    process.kill("SIGKILL");
    await process.status;
  }
  await reading;
  assert.doesNotMatch(text, /Debugger/);
});
