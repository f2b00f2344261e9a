import assert from "node:assert/strict";
import { playLock, playLockFile } from "../../../scripts/generate/play_lock.ts";

const lock = JSON.stringify({
  version: "5",
  specifiers: { "npm:a@1": "1.0.0", "npm:t@2": "2.0.0" },
  npm: {
    "@s/b@1.0.0": { integrity: "b", dependencies: ["c@2.0.0"] },
    "a@1.0.0": { integrity: "a", dependencies: ["@s/b"] },
    "c@1.0.0": { integrity: "c1" },
    "c@2.0.0": { integrity: "c2" },
    "t@2.0.0": { integrity: "t", dependencies: ["c@1.0.0"] },
  },
  workspace: { dependencies: ["npm:a@1", "npm:t@2"] },
});

Deno.test("the lock file of players has what the named packages need, in the locked versions, and no more", () => {
  const { npm, specifiers, workspace } = JSON.parse(playLock(lock, ["a"]));
  assert.deepEqual(Object.keys(npm), ["@s/b@1.0.0", "a@1.0.0", "c@2.0.0"]);
  assert.deepEqual(specifiers, { "npm:a@1": "1.0.0" });
  assert.deepEqual(workspace, { dependencies: ["npm:a@1", "npm:t@2"] });
  assert.throws(() => playLock(lock, ["x"]), /has no package x/);
});

Deno.test("who plays downloads no tool of tests, documents or browsers", () => {
  const names = Object.keys(JSON.parse(playLockFile()).npm).map((key) => key.slice(0, key.lastIndexOf("@")));
  assert.ok(names.includes("ws"));
  for (const tool of ["fast-check", "vega", "wabt", "playwright-core", "axe-core", "preact"]) {
    assert.ok(!names.includes(tool), tool);
  }
});
