import assert from "node:assert/strict";
import type { Command, CommandTime } from "../../../engine/control/control.ts";
import { playScore } from "../../../osc/score/play_score.ts";

Deno.test("each event is submitted at once, for its own moment, as far from the first as its frames say", () => {
  const submitted: [readonly Command[], CommandTime | undefined][] = [];
  const engine = {
    submit: (commands: readonly Command[], time?: CommandTime) => {
      submitted.push([commands, time]);
      return { lateMs: 0 };
    },
  };
  const events = [0, 24_000, 96_000].map((frame) => ({ frame, commands: [{ kind: "panic" }] as const }));
  assert.equal(playScore(engine, { events, sampleRateHz: 48_000, nowMs: 1_000_000 }), 2);
  const moments = submitted.map(([, time]) => (time as { unixMs: number }).unixMs);
  assert.ok(moments[0] > 1_000_000, "a command needs time to arrive before its frame");
  assert.deepEqual(moments.map((moment) => moment - moments[0]), [0, 500, 2_000]);
  assert.deepEqual(submitted.map(([commands]) => commands), events.map(({ commands }) => commands));
  assert.equal(playScore(engine, { events: [], sampleRateHz: 48_000, nowMs: 0 }), 0);
});
