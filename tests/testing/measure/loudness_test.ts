import assert from "node:assert/strict";
import { loudnessLufs } from "../../../testing/measure/loudness.ts";

/** Left and right of a sine, each at a level, for some seconds. */
function sine(frequencyHz: number, levelsDb: readonly [number, number], seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * 96_000 }, (_, index) => {
    const turns = ((index >> 1) * frequencyHz / 48_000) % 1;
    return 10 ** (levelsDb[index % 2] / 20) * Math.sin(2 * Math.PI * turns);
  });
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 0.1, `${found} LUFS`);

Deno.test("the standard's tones have their loudness: ITU-R BS.1770-4, and cases 1 to 3 of EBU Tech 3341", () => {
  near(loudnessLufs(sine(997, [0, -Infinity], 3)), -3.01);
  near(loudnessLufs(sine(1_000, [-23, -23], 5)), -23);
  near(loudnessLufs(sine(1_000, [-33, -33], 5)), -33);
  const loud = sine(1_000, [-23, -23], 20);
  const soft = sine(1_000, [-36, -36], 3);
  near(loudnessLufs(joined(soft, loud, soft)), -23);
});

Deno.test("silence and what is shorter than a block have none", () => {
  assert.equal(loudnessLufs(new Float32Array(96_000)), -Infinity);
  assert.equal(loudnessLufs(new Float32Array(1_000).fill(1)), -Infinity);
});
