import assert from "node:assert/strict";
import { run } from "../../cli/run.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";

/** Runs a command in this process. Returns its exit code and what it wrote to standard error. */
async function runHere(args: readonly string[]): Promise<{ code: number; errors: string[] }> {
  const errors: string[] = [];
  const original = console.error;
  console.error = (...values: unknown[]) => void errors.push(values.join(" "));
  try {
    return { code: await run(args), errors };
  } finally {
    console.error = original;
  }
}

Deno.test("an error that the user can mend is one sentence with its own code", async () => {
  assert.deepEqual(await runHere(["strat"]), {
    code: exitCodes.usage,
    errors: ['understudy: there is no command "strat"; did you mean "start"?'],
  });
  const { code, errors } = await runHere(["render", "/no/such.session"]);
  assert.equal(code, exitCodes.session);
  assert.match(errors.join("\n"), /^understudy: there is no session file/);
  assert.equal((await runHere(["patch", "organ"])).code, exitCodes.usage);
});

Deno.test("any other error is a defect: exit code 1, and the stack says where", async () => {
  const write = Deno.stdout.writeSync;
  Deno.stdout.writeSync = () => {
    throw new Error("the terminal broke");
  };
  try {
    const { code, errors } = await runHere(["--version"]);
    assert.equal(code, exitCodes.internal);
    assert.match(errors.join("\n"), /^understudy: Error: the terminal broke\n +at /);
  } finally {
    Deno.stdout.writeSync = write;
  }
});
