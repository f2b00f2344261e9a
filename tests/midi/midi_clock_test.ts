import assert from "node:assert/strict";
import fc from "fast-check";
import { MidiClock } from "../../midi/midi_clock.ts";

/** Jitter of a real-time thread that is woken, in milliseconds: always late, on a busy machine by a period. */
const jitterMs = fc.double({ min: 0, max: 4, noNaN: true });

Deno.test("messages N frames apart are N frames apart in time, however late the thread was that heard them, and across the wrap", () => {
  const gap = fc.integer({ min: 0, max: 20_000 });
  fc.assert(
    fc.property(
      fc.nat({ max: 2 ** 32 - 1 }),
      fc.array(fc.tuple(gap, jitterMs), { minLength: 2, maxLength: 50 }),
      fc.constantFrom(44_100, 48_000, 96_000),
      (start, notes, sampleRateHz) => {
        const clock = new MidiClock();
        let frame = 0;
        const moments = notes.map(([distance, lateMs]) => {
          frame += distance;
          const heardMs = 5_000_000 + frame * 1_000 / sampleRateHz + lateMs;
          return { frame, atMs: clock.momentOf((start + frame) >>> 0, heardMs, sampleRateHz) };
        });
        for (const [index, { frame, atMs }] of moments.entries()) {
          const distance = (atMs - moments[0].atMs) * sampleRateHz / 1_000;
          assert.ok(
            Math.abs(distance - (frame - moments[0].frame)) < 1e-3,
            `message ${index} is ${distance} frames after the first`,
          );
        }
      },
    ),
  );
});

Deno.test("after an interruption of the server's frames the moment is that of the hearing again", () => {
  const clock = new MidiClock();
  clock.momentOf(0, 1_000, 48_000);
  assert.equal(clock.momentOf(48_000, 2_300, 48_000), 2_300);
  assert.equal(clock.momentOf(48_048, 2_301.2, 48_000), 2_301);
});

Deno.test("a server whose frames run slow by 0.1 % is followed: a pause is enough", () => {
  const clock = new MidiClock();
  const heardMs = (frame: number) => frame * 1.001 / 48;
  let worstMs = 0;
  for (let beat = 0; beat < 100; beat++) { // three notes, then two seconds of nothing
    for (const frame of [0, 480, 960].map((note) => beat * 96_000 + note)) {
      worstMs = Math.max(worstMs, Math.abs(clock.momentOf(frame, heardMs(frame), 48_000) - heardMs(frame)));
    }
  }
  assert.ok(worstMs < 1.1, `off by ${worstMs} ms`);
});
