import assert from "node:assert/strict";
import type { WatchedInput } from "../../../show/file/show_file.ts";
import { type InputChange, InputSilence } from "../../../show/triggers/input_silence.ts";

const rate = 8_000;
const studio: WatchedInput = { channels: [1, 2], thresholdDb: -40, silentSeconds: 1, soundSeconds: 0.6 };

/** What becomes of an input that gets pieces of sound, each so long, with a value for each channel and frame. */
function changesOf(
  pieces: readonly (readonly [
    seconds: number,
    left: (frame: number) => number,
    right?: (frame: number) => number,
  ])[],
  { input = studio, blockFrames = 128, isSilent = false } = {},
): InputChange[] {
  const silence = new InputSilence(input, rate, isSilent);
  const found: InputChange[] = [];
  const left = pieces.flatMap(([seconds, value]) =>
    Array.from({ length: seconds * rate }, (_, at) => value(at))
  );
  const right = pieces.flatMap(([seconds, , value = () => 0]) =>
    Array.from({ length: seconds * rate }, (_, at) => value(at))
  );
  for (let at = 0; at < left.length; at += blockFrames) {
    const channels = [left, right].map((samples) => Float32Array.from(samples.slice(at, at + blockFrames)));
    const change = silence.push(channels, at);
    if (change) found.push(change);
  }
  return found;
}

const nothing = () => 0;
const tone = (level: number) => (frame: number) => level * Math.sin(frame);

Deno.test("an input is silent after its time, back after its time of sound, each at its frame, in blocks of any length", () => {
  const pieces = [[1, tone(0.1)], [2, nothing], [1, tone(0.1)], [0.9, nothing], [0.5, tone(0.1)]] as const;
  for (const blockFrames of [16, 128, 3_000]) {
    assert.deepEqual(changesOf(pieces, { blockFrames }), [
      { isSilent: true, frame: 2 * rate },
      { isSilent: false, frame: 3.6 * rate },
    ]);
  }
});

Deno.test("a click does not bring it back, pauses of speech do not keep it away, and one that was silent stays it", () => {
  assert.deepEqual(changesOf([[2, nothing], [0.3, tone(0.5)], [2, nothing]]).map(({ frame }) => frame), [
    rate,
  ]);
  const speech = [[0.2, tone(0.1)], [0.4, nothing], [0.2, tone(0.1)]] as const;
  assert.deepEqual(changesOf(speech, { isSilent: true }), [{ isSilent: false, frame: 0.7 * rate }]);
  assert.deepEqual(changesOf([[3, nothing]], { isSilent: true }), []);
});

Deno.test("one channel with sound is enough; noise below the threshold and direct current are silence", () => {
  assert.deepEqual(changesOf([[2, nothing, tone(0.02)]]), []);
  for (const silent of [tone(0.005), () => 0.7]) assert.equal(changesOf([[2, silent]]).length, 1);
  assert.equal(
    changesOf([[2, tone(0.5)]], { input: { ...studio, channels: [8] } }).length,
    1,
    "not captured",
  );
});

Deno.test("frames that were lost are no silence", () => {
  const silence = new InputSilence(studio, rate);
  const block = [new Float32Array(800), new Float32Array(800)];
  for (let at = 0; at < 9 * 800; at += 800) assert.equal(silence.push(block, at), undefined);
  silence.miss();
  for (let at = 0; at < 9 * 800; at += 800) assert.equal(silence.push(block, 80_000 + at), undefined);
  assert.deepEqual(silence.push(block, 80_000 + 9 * 800), { isSilent: true, frame: 88_000 });
  assert.ok(
    silence.isSilent && silence.isOf({ ...studio }) && !silence.isOf({ ...studio, silentSeconds: 2 }),
  );
});
