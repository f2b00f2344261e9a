import assert from "node:assert/strict";
import { clockTimes } from "../../../show/triggers/clock_times.ts";

const at = (text: string) => new Date(text).getTime();
const clock = [
  { key: "a", trigger: { clock: "20:00" } },
  { key: "b", trigger: { clock: "19:59:30", days: ["sun" as const, "wed" as const] } },
];

Deno.test("a time is due once a day, on its days, and neither before nor after", () => {
  // 2026-06-07 is a Sunday
  const due = clockTimes({ clock }, at("2026-06-07T19:59:00"), at("2026-06-08T20:00:00"));
  assert.deepEqual(due, [
    { key: "b", unixMs: at("2026-06-07T19:59:30") },
    { key: "a", unixMs: at("2026-06-07T20:00:00") },
    { key: "a", unixMs: at("2026-06-08T20:00:00") },
  ]);
  assert.deepEqual(clockTimes({ clock }, at("2026-06-08T20:00:00"), at("2026-06-09T19:59:59")), []);
  assert.deepEqual(clockTimes({ clock }, 10, 10), []);
});

Deno.test("steps of a few milliseconds find every time exactly once", () => {
  const from = at("2026-06-10T19:59:29.950");
  const found: string[] = [];
  for (let step = 0; step < 4_000; step++) {
    found.push(...clockTimes({ clock }, from + step * 10, from + (step + 1) * 10).map(({ key }) => key));
  }
  assert.deepEqual(found, ["b", "a"]);
});
