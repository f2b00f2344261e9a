import assert from "node:assert/strict";
import { nearest } from "../../engine/nearest.ts";

Deno.test("the candidate with the fewest edits is the nearest", () => {
  assert.equal(nearest("strat", ["render", "start", "doctor"]), "start");
  assert.equal(nearest("/nte", ["/off", "/note", "/status"]), "/note");
});
