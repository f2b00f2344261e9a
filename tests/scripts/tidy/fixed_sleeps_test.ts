import assert from "node:assert/strict";
import { fixedSleepFindings } from "../../../scripts/tidy/fixed_sleeps.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const found = (text: string, path = "tests/a_test.ts") =>
  texts(fixedSleepFindings(sourcesIn({ [path]: `const n = 1;\n${text}\n` })));

for (
  const text of [
    "await new Promise((done) => setTimeout(done, 100));",
    "await new Promise<void>((resolve) => setTimeout(resolve, ms));",
    "const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));",
    "await new Promise(done => setTimeout(() => done(4), 100));",
    "await new Promise((done) => {\n  setTimeout(done, 5);\n});",
    "await new Promise(function (done) { setTimeout(done, 5); });",
  ]
) {
  Deno.test(`a sleep is found: ${text.replaceAll("\n", " ")}`, () => {
    assert.deepEqual(found(text), [
      "tests/a_test.ts:2 sleeps a fixed time; wait for the event with until, or step a driver",
    ]);
  });
}

for (
  const text of [
    "await new Promise((done) => socket.onopen = done);",
    "setTimeout(() => socket.close(), 5_000);",
    "await new Promise((done, fail) => { socket.onopen = done; setTimeout(fail, 5_000); });",
    "await until('it plays', () => playing, 5_000);",
    'const text = "new Promise((done) => setTimeout(done, 1))";',
  ]
) {
  Deno.test(`this is no sleep: ${text}`, () => assert.deepEqual(found(text), []));
}

Deno.test("only files that poll for a condition may sleep, and the program is not looked at", () => {
  const sleep = "await new Promise((done) => setTimeout(done, 1));";
  assert.equal(found(sleep, "testing/driver.ts").length, 1);
  assert.deepEqual(found(sleep, "testing/until.ts"), []);
  assert.deepEqual(found(sleep, "foundation/until.ts"), []);
  assert.deepEqual(found(sleep, "engine/device/driver.ts"), []);
});
