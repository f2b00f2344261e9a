import assert from "node:assert/strict";
import { doubled, halved } from "../../../compiler/graph/oversample.ts";
import {
  levelsOf,
  loopReach,
  maxLevels,
  tablePlaces,
  writeTables,
} from "../../../compiler/graph/sample_tables.ts";
import { frames } from "../../../testing/trial/test_bank.ts";

const noise = (count: number) => frames(count, (frame) => Math.sin(frame * frame * 1.7));

function tablesOf(channel: Float32Array, loop: { readonly loopStart: number; readonly loopEnd: number }) {
  const places = tablePlaces(channel.length);
  const room = new Float32Array(places.tableFrames);
  writeTables(channel, loop, room);
  return { places, room };
}

Deno.test("the stretches of a file do not touch each other, nor the ends", () => {
  const { places } = tablesOf(noise(1_001), { loopStart: 0, loopEnd: 1_001 });
  const { levels, tableFrames, ...begins } = places;
  assert.equal(levels, maxLevels);
  const sorted = Object.values(begins).sort((a, b) => a - b);
  assert.equal(new Set(sorted).size, 7);
  assert.ok(sorted[0] >= 3 && sorted.at(-1)! < tableFrames);
});

Deno.test("a copy holds the file at twice the rate of its band", () => {
  const channel = noise(2_000);
  const { places, room } = tablesOf(channel, { loopStart: 0, loopEnd: 2_000 });
  const stretch = (at: number, length: number) => room.slice(at, at + length);
  assert.deepEqual(stretch(places.level0At, 4_000), doubled(channel));
  assert.deepEqual(stretch(places.level1At, 2_000), doubled(halved(channel)));
  assert.deepEqual(stretch(places.level2At, 1_000), doubled(halved(halved(channel))));
});

Deno.test("a loop's stretch goes on from the loop's end with its beginning, also for loops shorter than it", () => {
  for (const [loopStart, loopEnd] of [[100, 2_000], [700, 800]]) {
    const channel = noise(3_000);
    const { places, room } = tablesOf(channel, { loopStart, loopEnd });
    for (let frame = -loopReach; frame < loopReach; frame++) {
      const expected = channel[
        frame < 0 ? loopEnd + frame : loopStart + frame % (loopEnd - loopStart)
      ];
      assert.equal(room[places.loopAt + loopReach + frame], expected ?? 0, `frame ${frame}`);
    }
  }
});

Deno.test("long files have one copy, and very long ones none", () => {
  assert.deepEqual([2 ** 22, 2 ** 22 + 1, 2 ** 24, 2 ** 24 + 1].map(levelsOf), [3, 1, 1, 0]);
});
