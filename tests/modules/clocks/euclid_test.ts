import assert from "node:assert/strict";
import fc from "fast-check";
import { euclid } from "../../../modules/clocks/euclid.ts";
import { clocked, clocksAt, framesOf } from "./trigger_trial.ts";

const every = (count: number) => clocksAt(count, Array.from({ length: count }, (_, index) => index));

/** One bar as text: x is a hit. A clock in every frame. */
async function rhythm(hits: number, steps: number, rotation = 0): Promise<string> {
  const heard = await clocked((clock) => euclid({ clock, hits, steps, rotation }).hit, every(2 * steps));
  const text = Array.from(heard, (sample) => sample ? "x" : ".").join("");
  assert.equal(text.slice(0, steps), text.slice(steps), "the second bar is as the first");
  return text.slice(0, steps);
}

Deno.test("the rhythms of Toussaint's paper, each beginning with a hit", async () => {
  const known: readonly (readonly [number, number, string])[] = [
    [2, 5, "x.x.."],
    [3, 4, "x.xx"],
    [3, 8, "x..x..x."],
    [4, 12, "x..x..x..x.."],
    [5, 8, "x.xx.xx."],
    [5, 16, "x..x..x..x..x..."],
    [7, 12, "x.xx.x.xx.x."],
    [9, 16, "x.xx.x.x.xx.x.x."],
  ];
  for (const [hits, steps, expected] of known) {
    const found = await rhythm(hits, steps);
    assert.equal(found[0], "x");
    // the paper gives rhythms up to rotation: necklaces
    assert.ok((expected + expected).includes(found), `${hits} of ${steps}: ${found}`);
  }
});

Deno.test("there are as many hits as asked for, and their distances differ by one at most", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 32 }),
      fc.integer({ min: 1, max: 32 }),
      async (hits, steps) => {
        const text = await rhythm(hits, steps);
        const places = [...text].flatMap((one, place) => one === "x" ? [place] : []);
        assert.equal(places.length, Math.min(hits, steps));
        if (places.length === 0) return;
        const gaps = places.map((place, index) => (places[index + 1] ?? places[0] + steps) - place);
        assert.ok(Math.max(...gaps) - Math.min(...gaps) <= 1, text);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("rotation begins with a later step of the same rhythm", async () => {
  const text = await rhythm(5, 13);
  for (let rotation = 0; rotation < 26; rotation++) {
    const from = rotation % 13;
    assert.equal(await rhythm(5, 13, rotation), text.slice(from) + text.slice(0, from));
  }
});

Deno.test("every clock is a hit or a rest, and never both; between clocks there is neither", async () => {
  const clocks = clocksAt(100, [3, 10, 11, 40, 77, 90]);
  const both = await clocked((clock) => {
    const { hit, rest } = euclid({ clock, hits: 3, steps: 8 });
    return hit.select<"1">(1, 0).plus(rest.select<"1">(1, 0));
  }, clocks);
  assert.deepEqual([...both], [...clocks]);
});

Deno.test("a reset restarts the rhythm", async () => {
  const heard = await clocked(
    (clock, reset) => euclid({ clock, reset, hits: 1, steps: 8 }).hit,
    clocksAt(30, [0, 2, 4, 6, 8, 10], [5]),
  );
  assert.deepEqual(framesOf(heard), [0, 6]);
});
