import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import fc from "fast-check";
import { isSampleName } from "../../../compiler/graph/sample_name.ts";

Deno.test("names of files in a folder and below it are taken, ways out of it and odd characters are not", () => {
  for (const name of ["kick.wav", "drums/kick 2.flac", "Ton–höhe.ogg", "a/b/c"]) {
    assert.ok(isSampleName(name), name);
  }
  for (
    const name of [
      "",
      "..",
      "../kick.wav",
      "a/../b",
      ".hidden",
      "a/.b",
      "/kick.wav",
      "a//b",
      "a/",
      "c:kick",
      "a\\b",
      "a\nb",
    ]
      .concat("a".repeat(201))
  ) assert.ok(!isSampleName(name), JSON.stringify(name));
  assert.ok(!isSampleName(7));
});

Deno.test("no name that is taken leads out of its folder, on any system", () => {
  const pieces = fc.constantFrom("..", ".", "/", "\\", "a", "C:", "~", " ");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }).map((list) => list.join("")), (name) => {
      if (!isSampleName(name)) return;
      assert.ok(posix.resolve("/samples", name).startsWith("/samples/"), name);
      assert.ok(win32.resolve("C:\\samples", name).startsWith("C:\\samples\\"), name);
    }),
    { numRuns: 500 },
  );
});
