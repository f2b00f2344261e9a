import assert from "node:assert/strict";
import { run } from "../../cli/run.ts";
import { capturedErrors } from "../../testing/captured_errors.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";

/** Runs a command in this process. Returns its exit code and what it wrote to standard error. */
async function runHere(args: readonly string[]): Promise<{ code: number; errors: string }> {
  let code = -1;
  const errors = await capturedErrors(async () => code = await run(args));
  return { code, errors };
}

Deno.test("an error that the user can mend is one sentence with its own code", async () => {
  assert.deepEqual(await runHere(["strat"]), {
    code: exitCodes.usage,
    errors: 'understudy: there is no command "strat"; did you mean "start"?\n',
  });
  const { code, errors } = await runHere(["render", "/no/such.session"]);
  assert.equal(code, exitCodes.session);
  assert.match(errors, /^understudy: there is no session file/);
  assert.equal((await runHere(["patch", "organ"])).code, exitCodes.usage);
});

/** Files and folders that a command cannot use, and how it ends. */
const mistakes: readonly (readonly [args: readonly string[], code: number, said: RegExp])[] = [
  [["render", "/"], exitCodes.session, /^understudy: \/: expected a session file, found a folder\n$/],
  [["render", "/dev/null"], exitCodes.session, /^understudy: \/dev\/null: not a session file [^\n]*\n$/],
  [["patch", "/"], exitCodes.usage, /^understudy: \/: expected a patch file, found a folder\n$/],
  [["patch", "/no/such.ts"], exitCodes.usage, /^understudy: there is no patch file [^\n]*\n$/],
  [
    ["patch", "keys", "--graph", "/no/x.svg"],
    exitCodes.usage,
    /^understudy: cannot write the picture [^\n]*\n$/,
  ],
  [
    ["render", "keys", "--score", "/", "--out", "/tmp/x.wav"],
    exitCodes.score,
    /^understudy: \/: cannot be read: [^\n]*\n$/,
  ],
  [["render", "keys", "--score", "/no.txt", "--out", "/no/x.wav"], exitCodes.score, /^understudy: [^\n]*\n$/],
  [["upgrade", "0"], exitCodes.usage, /^understudy: upgrade: expected the number of a process, [^\n]*\n$/],
];

for (const [args, code, said] of mistakes) {
  Deno.test(`a mistake is one sentence and its code, without a stack: ${args.join(" ")}`, async () => {
    const { code: found, errors } = await runHere(args);
    assert.match(errors, said);
    assert.equal(found, code);
  });
}

Deno.test("any other error is a defect: exit code 1, and the stack says where", async () => {
  const write = Deno.stdout.writeSync;
  Deno.stdout.writeSync = () => {
    throw new Error("the terminal broke");
  };
  try {
    const { code, errors } = await runHere(["--version"]);
    assert.equal(code, exitCodes.internal);
    assert.match(errors, /^understudy: Error: the terminal broke\n +at /);
  } finally {
    Deno.stdout.writeSync = write;
  }
});
