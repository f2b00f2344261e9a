import assert from "node:assert/strict";
import { invocation, typed } from "../../cli/invocation.ts";

Deno.test("a hint begins with the words by which the user came", () => {
  const as = (environment: Record<string, string>, isStandalone = false) =>
    invocation((name) => environment[name], isStandalone);
  const npx = {
    INIT_CWD: "/x",
    npm_config_user_agent: "npm/11.19.1 node/v20",
    npm_lifecycle_script: "'deno'",
  };
  assert.equal(as({}), "understudy");
  assert.equal(as({ INIT_CWD: "/x", npm_config_user_agent: "deno/2.9.6 npm/?" }), "deno task");
  assert.equal(as({ ...npx, npm_lifecycle_script: "deno" }), "npx -y deno task");
  assert.equal(as(npx), "npx -y deno task");
  assert.equal(as({ ...npx, npm_lifecycle_script: "understudy" }), "understudy");
  assert.equal(as({ ...npx, _UNDERSTUDY_COMMAND: "npx understudy" }), "npx understudy");
  assert.equal(as(npx, true), "understudy");
});

Deno.test("a task has the name of its command, but for the one that contributors use", () => {
  assert.equal(typed("npx -y deno task", "send /note 60"), "npx -y deno task send /note 60");
  assert.equal(typed("deno task", "check ./organ.ts"), "deno task check:patch ./organ.ts");
  assert.equal(typed("understudy", "check ./organ.ts"), "understudy check ./organ.ts");
});
