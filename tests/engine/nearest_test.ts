import assert from "node:assert/strict";
import { nearest } from "../../engine/nearest.ts";

Deno.test("the candidate with the fewest edits is the nearest", () => {
  assert.equal(nearest("strat", ["render", "start", "doctor"]), "start");
  assert.equal(nearest("/nte", ["/off", "/note", "/status"]), "/note");
});

Deno.test("of a word that is far too long, as it may come from the network, only the beginning is compared", () => {
  assert.equal(
    nearest("/note" + "x".repeat(10_000_000), ["/node/of/another/length", "/note", "/pedal"]),
    "/note",
  );
});
