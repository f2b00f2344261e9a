import assert from "node:assert/strict";
import { callerLocation, patchLocation } from "../../../modules/signal/patch_location.ts";

const modules = new URL("../../../modules/", import.meta.url).href;

Deno.test("the location is the first caller outside of the modules", () => {
  const stack = `Error: wrong
    at checkArgument (${modules}signal/module.ts:165:11)
    at call (${modules}signal/module.ts:104:24)
    at Object.voice (file:///music/my organ.ts:12:9)
    at buildPatch (${modules}patch.ts:130:30)
    at evaluate (file:///elsewhere/evaluate_child.ts:28:40)`;
  assert.equal(patchLocation(stack), "my organ.ts:12");
});

Deno.test("the code that builds a patch is not named as the place of its fault", () => {
  const stack = `Error: wrong
    at checkName (${modules}patch.ts:228:11)
    at evaluate (file:///elsewhere/evaluate_child.ts:28:40)`;
  assert.equal(patchLocation(stack), "");
});

Deno.test("without a stack to read, it is the line that asks", () => {
  assert.match(patchLocation(), /^patch_location_test\.ts:\d+$/);
});

Deno.test("the caller of a function is found, also when it led there through others", () => {
  const module = (): string => callerLocation(module);
  assert.match(module(), /^patch_location_test\.ts:\d+$/);
  assert.match([1].map(module)[0], /^patch_location_test\.ts:\d+$/);
  assert.equal(module.call(undefined), module());
});
