import assert from "node:assert/strict";
import { clearProgress, showProgress } from "../../cli/terminal.ts";

const module = new URL("../../cli/terminal.ts", import.meta.url).href;

function program(source: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", `import * as terminal from "${module}";\n${source}`],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("a text longer than a pipe holds is written whole", async () => {
  const { stdout, code } = await program("terminal.print('x'.repeat(300_000) + '\\n')").output();
  assert.deepEqual([stdout.length, code], [300_001, 0]);
});

Deno.test("a reader that has closed the pipe is no error", async () => {
  const process = program(
    "await new Response(Deno.stdin.readable).text(); terminal.print('x'.repeat(300_000)); console.error('alive');",
  );
  await process.stdout.cancel();
  assert.equal(await new Response(process.stderr).text(), "alive\n");
  assert.equal((await process.status).code, 0);
});

/** What is written to standard error while it is, or is not, a terminal. */
function written(isTerminal: boolean, work: () => void): string {
  const { isTerminal: originalQuery, writeSync: originalWrite } = Deno.stderr;
  let text = "";
  Deno.stderr.isTerminal = () => isTerminal;
  Deno.stderr.writeSync = (bytes) => {
    text += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  try {
    work();
  } finally {
    Deno.stderr.isTerminal = originalQuery;
    Deno.stderr.writeSync = originalWrite;
  }
  return text;
}

Deno.test("progress is a bar on one line, which goes when it is cleared", () => {
  assert.equal(written(true, () => showProgress(0.25)), `\r[${"#".repeat(10)}${".".repeat(30)}] 25 %`);
  assert.equal(written(true, () => clearProgress()), "\r\x1b[K");
});

Deno.test("progress is shown on terminals only", () => {
  assert.equal(written(false, () => (showProgress(0.5), clearProgress())), "");
});
