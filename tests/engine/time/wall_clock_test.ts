import assert from "node:assert/strict";
import fc from "fast-check";
import { WallClock } from "../../../engine/time/wall_clock.ts";

/** Looks every 4 ms from `fromMs` to `toMs`; the wall clock is `offsetMs` ahead and counts whole milliseconds. */
function look(clock: { wall: WallClock; nowMs: number }, toMs: number, setOffset: (nowMs: number) => void) {
  for (; clock.nowMs < toMs; clock.nowMs += 4.013) {
    setOffset(clock.nowMs);
    clock.wall.poll(clock.nowMs);
  }
}

function wallAhead(offsetMs: number) {
  const state = { offsetMs, nowMs: 0, wall: new WallClock(() => 0) };
  state.wall = new WallClock(() => Math.floor(state.nowMs + state.offsetMs));
  return state;
}

Deno.test("although the wall clock counts whole milliseconds, the offset is known to a twentieth of one", () => {
  fc.assert(fc.property(fc.double({ min: 1e9, max: 2e12, noNaN: true }), (offsetMs) => {
    const clock = wallAhead(offsetMs);
    look(clock, 3_000, () => {});
    assert.ok(Math.abs(clock.wall.offsetMs - offsetMs) < 0.05, `${clock.wall.offsetMs - offsetMs} ms off`);
  }));
});

Deno.test("a step is believed only after it has stayed for two seconds", () => {
  for (const stepMs of [-1_000, 1_000, 86_400_000]) {
    const clock = wallAhead(1e12);
    look(clock, 2_000, () => {});
    look(clock, 3_900, () => clock.offsetMs = 1e12 + stepMs);
    assert.ok(Math.abs(clock.wall.offsetMs - 1e12) < 0.05);
    look(clock, 6_000, () => {});
    assert.ok(Math.abs(clock.wall.offsetMs - 1e12 - stepMs) < 0.05, `step of ${stepMs} ms`);
  }
});

Deno.test("a clock that jumps to and fro changes nothing", () => {
  const clock = wallAhead(1e12);
  look(clock, 2_000, () => {});
  look(clock, 10_000, (nowMs) => clock.offsetMs = 1e12 + (nowMs % 2_000 < 1_000 ? 1_000 : 0));
  assert.ok(Math.abs(clock.wall.offsetMs - 1e12) < 0.05);
});

Deno.test("a clock that is slewed is followed", () => {
  const clock = wallAhead(1e12);
  look(clock, 60_000, (nowMs) => clock.offsetMs = 1e12 + nowMs * 500e-6);
  assert.ok(
    Math.abs(clock.wall.offsetMs - clock.offsetMs) < 1.1,
    `${clock.wall.offsetMs - clock.offsetMs} ms`,
  );
});
