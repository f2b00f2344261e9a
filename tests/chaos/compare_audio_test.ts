import assert from "node:assert/strict";
import { compareAudio } from "./compare_audio.ts";

const channels = 2;
const sound = Float32Array.from(
  { length: 20_000 },
  (_, index) => Math.fround(Math.sin(index * index)) || 0.5,
);
const silence = new Float32Array(700);

function join(...parts: Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

Deno.test("silence around the capture is no difference", () => {
  const found = compareAudio(join(silence, sound, silence), join(silence.subarray(0, 300), sound), channels);
  assert.deepEqual(found, {
    comparedFrames: 10_000,
    identicalFrames: 10_000,
    gaps: [],
    missedFrames: 0,
    lostAt: undefined,
  });
});

Deno.test("one flipped bit is found where it is", () => {
  const damaged = sound.slice();
  new Uint32Array(damaged.buffer)[9_001] ^= 1;
  const found = compareAudio(damaged, sound, channels);
  assert.deepEqual(found.gaps, [{ frame: 4_500, onlyCaptured: 1, onlyRendered: 1 }]);
  assert.equal(found.identicalFrames, 9_999);
});

Deno.test("frames that the server lost, repeated or put in are told apart", () => {
  const [head, tail] = [sound.subarray(0, 8_000), sound.subarray(8_000)];
  const lost = compareAudio(join(head, tail.subarray(256)), sound, channels);
  assert.deepEqual(lost.gaps, [{ frame: 4_000, onlyCaptured: 0, onlyRendered: 128 }]);
  const inserted = compareAudio(join(head, silence.subarray(0, 256), tail), sound, channels);
  assert.deepEqual(inserted.gaps, [{ frame: 4_000, onlyCaptured: 128, onlyRendered: 0 }]);
});

Deno.test("a capture that ends early or is something else is lost, not equal", () => {
  assert.equal(compareAudio(sound.subarray(0, 8_000), sound, channels).lostAt, 4_000);
  const other = sound.map((sample) => sample * 0.5);
  assert.notEqual(compareAudio(other, sound, channels).lostAt, undefined);
});

Deno.test("what sounded before the capture was there is left out where that is known, and nothing else", () => {
  const captured = join(silence, Float32Array.of(0.25, 0, 0.5, 0), sound.subarray(6_000));
  const late = compareAudio(captured, sound, channels, true);
  assert.deepEqual(late, {
    comparedFrames: 7_000,
    identicalFrames: 7_000,
    gaps: [],
    missedFrames: 3_000,
    lostAt: undefined,
  });
  assert.deepEqual(compareAudio(captured, sound, channels).gaps, [
    { frame: 0, onlyCaptured: 2, onlyRendered: 3_000 },
  ]);
  const whole = compareAudio(join(silence, sound), sound, channels, true);
  assert.deepEqual([whole.missedFrames, whole.identicalFrames], [0, 10_000]);
  assert.equal(compareAudio(sound.map((sample) => sample * 0.5), sound, channels, true).lostAt, 0);
});
