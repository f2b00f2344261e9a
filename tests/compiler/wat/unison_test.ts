import assert from "node:assert/strict";
import fc from "fast-check";
import type { Polyphony } from "../../../compiler/graph/graph.ts";
import { maxDetuneCents, maxUnison } from "../../../compiler/graph/limits.ts";
import { spreadOf, widestDetune } from "../../../compiler/wat/unison.ts";

const polyphony = (unison: number, detuneCents: number): Polyphony => ({
  ...{ voices: unison, mode: "poly", unison, detuneCents, steal: "oldest" },
});

Deno.test("voices of a unison lie evenly around the note, the outermost as far apart as its detune", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: maxUnison }),
      fc.double({ min: 0, max: maxDetuneCents, noNaN: true }),
      (unison, cents) => {
        const voices = spreadOf(polyphony(unison, cents));
        assert.equal(voices.length, unison);
        const [first, last] = [voices[0], voices[unison - 1]];
        assert.deepEqual([first.spread, last.spread], [-1, 1]);
        assert.ok(Math.abs((last.detune - first.detune) * 100 - cents) < 1e-9);
        voices.forEach(({ spread, detune }, place) => {
          assert.ok(Math.abs(spread + voices[unison - 1 - place].spread) < 1e-12);
          // what a choke takes off again to find the note
          assert.ok(Math.abs(detune - spread * widestDetune(polyphony(unison, cents))) < 1e-6);
        });
      },
    ),
  );
  assert.deepEqual(spreadOf(polyphony(1, 50)), [{ spread: 0, detune: 0 }]);
  assert.equal(widestDetune(polyphony(1, 50)), 0);
});
