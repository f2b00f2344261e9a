import assert from "node:assert/strict";
import { currentShare, sharedItems, sharedRuns } from "../../testing/share.ts";

/** What the last share has printed. */
const printed: string[] = [];

function withShare<T>(share: string | undefined, work: () => T): T {
  const before = Deno.env.get("UNDERSTUDY_TEST_SHARE");
  const set = (value: string | undefined) =>
    value === undefined
      ? Deno.env.delete("UNDERSTUDY_TEST_SHARE")
      : Deno.env.set("UNDERSTUDY_TEST_SHARE", value);
  const print = console.log;
  set(share);
  printed.length = 0;
  console.log = (line: string) => printed.push(line);
  try {
    return work();
  } finally {
    console.log = print;
    set(before);
  }
}

const items = Array.from({ length: 100 }, (_, index) => index);

Deno.test("as many shares as there are parts hold every item once", () => {
  const found = [7, 8, 9].flatMap((share) =>
    withShare(String(share), () => sharedItems("planted items", items, 3))
  );
  assert.deepEqual(found.toSorted((a, b) => a - b), items);
});

Deno.test("a share is the same each time it is asked for, and no share is empty while there are items", () => {
  for (let share = 0; share < 20; share++) {
    const [one, again] = [0, 0].map(() =>
      withShare(String(share), () => sharedItems("planted items", items, 7))
    );
    assert.deepEqual(one, again);
    assert.ok(one.length >= 14 && one.length <= 15);
  }
});

Deno.test("what a share leaves out is printed, and what a whole run has", () => {
  withShare("1", () => sharedItems("planted items", items, 3));
  assert.deepEqual(printed, ["share: 33 of 100 planted items; 67 are left to deno task test:long"]);
  withShare("all", () => sharedRuns("planted runs", 100, 3));
  assert.deepEqual(printed, ["share: all 100 planted runs"]);
});

Deno.test("a whole run has every item and every run", () => {
  assert.deepEqual(withShare("all", () => sharedItems("planted items", items, 7)), items);
  assert.deepEqual(withShare("all", () => sharedRuns("planted runs", 100, 7)), { numRuns: 100 });
});

Deno.test("random runs of a share have its number as their seed, and are at least one", () => {
  assert.deepEqual(withShare("12", () => sharedRuns("planted runs", 100, 8)), { numRuns: 13, seed: 12 });
  assert.equal(withShare("12", () => sharedRuns("planted runs", 2, 8)).numRuns, 1);
});

Deno.test("without a setting the share is that of the commit, and what is no share is refused", () => {
  assert.equal(withShare(undefined, currentShare), withShare(undefined, currentShare));
  assert.equal(typeof withShare(undefined, currentShare), "number");
  for (const wrong of ["", "-1", "1.5", "every"]) {
    assert.throws(() => withShare(wrong, currentShare), /UNDERSTUDY_TEST_SHARE: expected a whole number/);
  }
});
