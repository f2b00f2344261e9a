import assert from "node:assert/strict";
import { requirement } from "../../testing/requirement.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { encodeByLibltc, libltcNeeds } from "../../testing/sound/libltc.ts";
import { LtcDecoder, type LtcTime } from "../../timecode/ltc_decoder.ts";
import { LtcSignal } from "../../timecode/ltc_signal.ts";
import { frameOfTimecode, readTimecode, timecodeRates } from "../../timecode/timecode.ts";

const rate = timecodeRates["25"];
const start = readTimecode("10:20:30:12", rate)!;

function read(samples: Float32Array, sampleRateHz = 48_000, blockFrames = 128): LtcTime[] {
  const decoder = new LtcDecoder(sampleRateHz);
  const found: LtcTime[] = [];
  for (let at = 0; at < samples.length; at += blockFrames) {
    decoder.push(samples.subarray(at, at + blockFrames), at, (time) => found.push(time));
  }
  return found;
}

/** Words in a row, each one frame after the one before. */
function assertInOrder(found: readonly LtcTime[], step: 1 | -1, least: number, text: string): void {
  assert.ok(found.length >= least, `${text}: ${found.length} words, expected ${least}`);
  const frames = found.map(({ timecode }) => frameOfTimecode(timecode, rate));
  frames.forEach((frame, index) => assert.equal(frame, frames[0] + step * index, text));
  assert.ok(found.every(({ isReverse }) => isReverse === step < 0), text);
}

requirement({
  name: "what libltc writes is read from an eighth to eight times the speed, both ways",
  fn: () => {
    for (const sampleRateHz of [48_000, 96_000]) {
      for (const speed of [1 / 8, 0.5, 0.9, 1, 1.1, 2, 4, 8]) {
        for (const direction of [1, -1] as const) {
          const frames = 40;
          const samples = encodeByLibltc({
            start,
            framesPerSecond: 25,
            sampleRateHz,
            speed: speed * direction,
            frames,
          });
          assertInOrder(
            read(samples, sampleRateHz),
            direction,
            frames - 3,
            `${sampleRateHz} Hz, ${speed * direction}`,
          );
        }
      }
    }
  },
}, libltcNeeds);

Deno.test("a frame begins within half a sample of its place, from -40 dB on and with 30 dB of noise", () => {
  const seeded = new SeededRandom(11);
  const random = () => seeded.next();
  for (const [level, noise] of [[0.5, 0], [0.01, 0], [0.25, 0.008]]) {
    const samples = new Float32Array(96_000);
    new LtcSignal({ start, rate, sampleRateHz: 48_000, level }).write(0, samples);
    const noisy = samples.map((sample) => sample + noise * (2 * random() - 1));
    const found = read(noisy);
    assert.ok(found.length >= 48, `${level}: ${found.length} words`);
    for (const { timecode, startAt } of found.slice(1)) { // before the first one there was no signal to step from
      const place = (frameOfTimecode(timecode, rate) - frameOfTimecode(start, rate)) * 1_920;
      assert.ok(Math.abs(startAt - place) < 0.5, `${level}: ${startAt} at ${place}`);
    }
  }
});

Deno.test("it reads again three frames after a gap, a step of level, a direct current or another speed", () => {
  const part = (from: number, level: number) => {
    const samples = new Float32Array(19_200);
    new LtcSignal({ start, rate, sampleRateHz: 48_000, level }).write(from, samples);
    return samples;
  };
  const first = part(0, 0.5);
  const cases: Readonly<Record<string, Float32Array>> = {
    "a gap": Float32Array.from([...first, ...new Float32Array(50_000), ...part(700, 0.5)]),
    "a quieter one": Float32Array.from([...first, ...part(500, 0.1)]),
    "direct current": Float32Array.from([...first, ...part(500, 0.3).map((sample) => sample + 0.3)]),
    "twice the speed": Float32Array.from([...first, ...part(0, 0.5).filter((_, index) => index % 2 === 0)]),
  };
  for (const [name, samples] of Object.entries(cases)) {
    const later = read(samples).filter(({ startAt }) => startAt > first.length);
    assert.ok(later.length >= 7, `${name}: ${later.length} words`);
  }
});

Deno.test("speech-like noise, silence and a tone are no timecode", () => {
  const seeded = new SeededRandom(5);
  const random = () => seeded.next();
  const kinds: ((index: number) => number)[] = [
    () => 2 * random() - 1,
    () => 0,
    (index) => Math.sin(index / 7),
  ];
  for (const kind of kinds) {
    assert.deepEqual(read(Float32Array.from({ length: 480_000 }, (_, index) => kind(index))), []);
  }
});
