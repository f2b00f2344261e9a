import assert from "node:assert/strict";
import { requirement } from "../../testing/requirement.ts";
import { decodeByLibltc, libltcNeeds } from "../../testing/sound/libltc.ts";
import { LtcSignal } from "../../timecode/ltc_signal.ts";
import {
  frameOfTimecode,
  readTimecode,
  timecodeOfFrame,
  timecodeRateNames,
  timecodeRates,
} from "../../timecode/timecode.ts";

function signalOf(name: typeof timecodeRateNames[number], start: string, sampleRateHz: number): LtcSignal {
  const rate = timecodeRates[name];
  return new LtcSignal({ start: readTimecode(start, rate)!, rate, sampleRateHz, level: 0.25 });
}

requirement({
  name: "libltc reads every frame at its place, at every rate, over midnight and dropped numbers",
  fn: () => {
    for (const name of timecodeRateNames) {
      const rate = timecodeRates[name];
      for (const [text, sampleRateHz] of [["23:59:58:00", 48_000], ["00:00:58:00", 44_100]] as const) {
        const start = readTimecode(text, rate)!;
        const samples = new Float32Array(sampleRateHz * 4);
        signalOf(name, text, sampleRateHz).write(0, samples);
        const perFrame = sampleRateHz / rate.framesPerRealSecond;
        const found = decodeByLibltc(samples, perFrame);
        assert.ok(found.length > 3.8 * rate.framesPerRealSecond, `${name}: ${found.length} frames`);
        found.slice(2).forEach(({ timecode, startAt }) => {
          const frame = Math.round(startAt / perFrame);
          const expected = timecodeOfFrame(frameOfTimecode(start, rate) + frame, rate);
          assert.deepEqual(timecode, expected, `${name} at ${startAt}`);
          assert.ok(Math.abs(startAt - frame * perFrame) < 3, `${name}: ${startAt}`);
        });
      }
    }
  },
}, libltcNeeds);

Deno.test("a sample follows from its number alone, whichever block it is written in", () => {
  const whole = new Float32Array(4_000);
  signalOf("29.97df", "09:59:59:20", 44_100).write(90_000, whole);
  const signal = signalOf("29.97df", "09:59:59:20", 44_100);
  const parts = new Float32Array(4_000);
  for (const [from, to] of [[1_237, 4_000], [0, 64], [64, 1_237]]) {
    signal.write(90_000 + from, parts.subarray(from, to));
  }
  assert.deepEqual(parts, whole);
  assert.equal(Math.max(...whole.map(Math.abs)), 0.25);
});
