import assert from "node:assert/strict";
import { ChannelMeters } from "../../telemetry/channel_meters.ts";

const [sampleRateHz, blockFrames, channels] = [48_000, 480, 2];

/** Meters, and a way to play seconds of a sound: the left channel has it, the right one half of it. */
function metered() {
  const meters = new ChannelMeters({ sampleRateHz, blockFrames, channels });
  let frame = 0;
  const play = (seconds: number, level: (seconds: number) => number) => {
    for (let count = Math.round(seconds * sampleRateHz / blockFrames); count > 0; count--) {
      const block = Float32Array.from({ length: blockFrames * channels }, (_, index) => {
        const at = (frame + Math.floor(index / channels)) / sampleRateHz;
        return level(at) / (1 + index % channels);
      });
      frame += blockFrames;
      meters.record(block);
    }
    return meters.read();
  };
  return { meters, play };
}

const sine = (level: number) => (seconds: number) => level * Math.sin(2 * Math.PI * 1_000 * seconds);

Deno.test("a sine reads its peak, and 3 dB less as mean, in each channel its own", () => {
  const [left, right] = metered().play(0.5, sine(0.5));
  assert.deepEqual([left.peakDb, left.rmsDb, left.holdDb, left.maxDb, left.overs], [-6, -9, -6, -6, 0]);
  assert.deepEqual([right.peakDb, right.rmsDb], [-12, -15.1]);
});

Deno.test("the peak falls by 20 dB in 1.7 s, the mean within 0.3 s, the hold after 2 s, the largest never", () => {
  const { play } = metered();
  play(0.5, sine(1));
  const [soon] = play(0.3, () => 0);
  assert.deepEqual([soon.rmsDb, soon.holdDb], [-200, 0]);
  const [later] = play(1.4, () => 0);
  assert.deepEqual([later.peakDb, later.holdDb, later.maxDb], [-20, 0, 0]);
  const [gone] = play(0.31, () => 0);
  assert.deepEqual([gone.holdDb, gone.maxDb], [-200, 0]);
  assert.equal(play(20, () => 0)[0].peakDb, -200);
});

Deno.test("the hold is the largest of the last 2 s, also of several", () => {
  const { play } = metered();
  play(0.5, sine(0.8));
  play(1, sine(0.4));
  const [first] = play(0.6, sine(0.1));
  assert.equal(first.holdDb, -1.9);
  const [second] = play(1, sine(0.1));
  assert.equal(second.holdDb, -8);
});

Deno.test("samples at full scale count, one below does not, and blocks that are not known are silence", () => {
  const { meters, play } = metered();
  const clipped = (level: number) => (seconds: number) =>
    Math.round(seconds * sampleRateHz) % 100 === 7 ? level : 0;
  assert.equal(play(0.1, clipped(0.9999))[0].overs, 0);
  const [left, right] = play(0.1, clipped(-1.5));
  assert.deepEqual([left.overs, right.overs], [48, 0]);
  meters.skip(1_000);
  assert.deepEqual(meters.read().map(({ rmsDb, holdDb }) => [rmsDb, holdDb]), [[-200, -200], [-200, -200]]);
});
