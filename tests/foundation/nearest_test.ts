import assert from "node:assert/strict";
import fc from "fast-check";
import { nearest, nearestFew } from "../../foundation/nearest.ts";

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

Deno.test("no candidate has fewer edits than the nearest, by the definition of the distance", () => {
  const distance = (a: string, b: string): number => {
    if (a === "" || b === "") return a.length + b.length;
    const [rest, others] = [a.slice(1), b.slice(1)];
    if (a[0] === b[0]) return distance(rest, others);
    return 1 + Math.min(distance(rest, b), distance(a, others), distance(rest, others));
  };
  const word = fc.stringMatching(/^[abc]{0,6}$/);
  fc.assert(fc.property(word, fc.array(word, { minLength: 1, maxLength: 5 }), (found, candidates) => {
    const least = Math.min(...candidates.map((candidate) => distance(found, candidate)));
    assert.equal(
      nearest(found, candidates),
      candidates.find((candidate) => distance(found, candidate) === least),
    );
    const sorted = candidates.toSorted((a, b) => distance(found, a) - distance(found, b));
    assert.deepEqual(nearestFew(found, candidates, 3), sorted.slice(0, 3));
  }));
});
