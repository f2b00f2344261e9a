import assert from "node:assert/strict";
import { maxLineFrames } from "../../../compiler/graph/limits.ts";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

/** A line of six frames that takes in what it hears, read this long ago. */
const delayed = (ago: (input: Signal<"1">) => Parameters<DelayLine["read"]>[0]) =>
  effectPatch((input) => {
    const line = new DelayLine(6);
    const heard = line.read(ago(input));
    line.write(input);
    return heard;
  });

Deno.test("a frame is heard as many frames later as asked, between one and the length of the line", async () => {
  const samples = Array.from({ length: 20 }, (_, frame) => frame + 1);
  for (const [asked, frames] of [[1, 1], [4, 4], [6, 6], [0, 1], [-3, 1], [99, 6]]) {
    const heard = process(await effectPlayer(delayed(() => asked)), samples);
    assert.deepEqual([...heard], samples.map((_, frame) => Math.max(0, frame + 1 - frames)), `${asked}`);
  }
});

Deno.test("a length that is computed is kept in the same bounds", async () => {
  const samples = [5, -2, 3, 100, 1, 1, 1, 1];
  const heard = process(await effectPlayer(delayed((input) => input.toInteger())), samples);
  const expected = samples.map((asked, frame) => samples[frame - Math.min(6, Math.max(1, asked))] ?? 0);
  assert.deepEqual([...heard], expected);
});

Deno.test("lengths that cannot be, and a second write, are refused", () => {
  for (const frames of [0, 1.5, maxLineFrames + 1, NaN]) {
    assert.throws(() => new DelayLine(frames), RangeError);
  }
  const line = new DelayLine(maxLineFrames);
  line.write(0);
  assert.throws(() => line.write(0), /expected one write, found a second/);
});
