import assert from "node:assert/strict";
import { sizesOf, sizesText } from "../../../scripts/tidy/sizes.ts";
import { sourcesIn } from "./tree_of.ts";

const sizes = sizesOf(sourcesIn({
  "a/short.ts": "function f() {}\n",
  "a/long.ts": "export function g(a, b, c, d) {\n  return 1;\n}\nfunction h(a, b, c, d, e) {}\n",
  "b/c/x.ts": "export function tiny(a, b, c) {}\n",
}));

Deno.test("files, functions and folders are listed with the largest first", () => {
  assert.deepEqual(sizes.files.map(({ name, count }) => `${count} ${name}`), [
    "4 a/long.ts",
    "1 a/short.ts",
    "1 b/c/x.ts",
  ]);
  assert.deepEqual(sizes.functions[0], { name: "a/long.ts:1 g", count: 3 });
  assert.deepEqual(sizes.folders.map(({ name, count }) => `${count} ${name}`), ["2 a", "1 b", "1 b/c"]);
});

Deno.test("more than three parameters are listed for what other files can call", () => {
  assert.deepEqual(sizes.parameters, [{ name: "a/long.ts:1 g", count: 4 }]);
});

Deno.test("only as many rows as were asked for are printed", () => {
  const text = sizesText(sizes, 1);
  assert.match(text, /4 {2}a\/long\.ts/);
  assert.doesNotMatch(text, /short/);
});
