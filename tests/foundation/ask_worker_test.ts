import assert from "node:assert/strict";
import { askWorker, WorkerFailedError } from "../../foundation/ask_worker.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

async function moduleOf(name: string, source: string): Promise<URL> {
  const path = `${folder}/${name}.ts`;
  await Deno.writeTextFile(path, `import { parentPort, workerData } from "node:worker_threads";\n${source}`);
  return new URL(`file://${path}`);
}

const failure = (problem: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof WorkerFailedError, String(error));
  assert.equal(error.problem, problem);
  assert.match(error.message, message);
  return true;
};

Deno.test("the answer of the thread is the result", async () => {
  const module = await moduleOf("doubles", "parentPort!.postMessage(workerData * 2);");
  assert.equal(await askWorker<number>({ module, data: 21, timeoutMs: 60_000 }), 42);
});

Deno.test("a thread that throws, ends, or never answers is an error that says which", async () => {
  const throws = await moduleOf("throws", "throw new Error('out of tune');");
  await assert.rejects(
    askWorker({ module: throws, data: 0, timeoutMs: 60_000 }),
    failure("threw", /out of tune/),
  );
  const ends = await moduleOf("ends", "");
  await assert.rejects(askWorker({ module: ends, data: 0, timeoutMs: 60_000 }), failure("ended", /ended/));
  const waits = await moduleOf("waits", "for (;;);");
  await assert.rejects(
    askWorker({ module: waits, data: 0, timeoutMs: 50 }),
    failure("timeout", /no answer after 50 ms/),
  );
});

Deno.test("a signal ends the thread and rejects with its reason, before and after the start", async () => {
  const module = await moduleOf("loops", "for (;;);");
  const reason = new Error("interrupted");
  const abortion = new AbortController();
  const asked = askWorker({ module, data: 0, timeoutMs: 60_000, signal: abortion.signal });
  abortion.abort(reason);
  await assert.rejects(asked, reason);
  await assert.rejects(askWorker({ module, data: 0, timeoutMs: 60_000, signal: abortion.signal }), reason);
});
