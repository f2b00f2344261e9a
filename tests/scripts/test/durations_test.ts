import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { Durations, likelySeconds } from "../../../scripts/test/durations.ts";

Deno.test("the longest of the last run comes first, from one run to the next", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/below/seconds.json`;
  const first = await Durations.read(path);
  first.set("short", 1);
  first.set("long", 90);
  first.set("middle", 20);
  await first.write();
  const second = await Durations.read(path);
  assert.deepEqual(second.longestFirst(["short", "middle", "long"]), ["long", "middle", "short"]);
  await Deno.writeTextFile(path, "[1, 2");
  assert.deepEqual((await Durations.read(path)).longestFirst(["b", "a"]), ["a", "b"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that hangs is ended after some times what it usually takes, and never sooner than that takes thrice", async () => {
  const durations = await Durations.read("/nowhere");
  const [longest, longestSeconds] = Object.entries(likelySeconds).toSorted(([, a], [, b]) => b - a)[0];
  assert.equal(durations.limitSeconds("unknown", 600), 120);
  durations.set("short", 0.2);
  durations.set("slow", 50);
  durations.set("slowest", 500);
  assert.deepEqual(["short", "slow", "slowest"].map((file) => durations.limitSeconds(file, 600)), [
    120,
    300,
    600,
  ]);
  assert.equal(durations.limitSeconds("slow", 100), 100);
  durations.set(longest, 1); // alone, and quicker than beside the others
  assert.ok(durations.limitSeconds(longest, 600) >= 3 * longestSeconds);
});

Deno.test("the files that are known to be long are there", () => {
  const root = new URL("../../../", import.meta.url).pathname;
  assert.deepEqual(Object.keys(likelySeconds).filter((file) => !existsSync(root + file)), []);
});
