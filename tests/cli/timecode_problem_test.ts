import assert from "node:assert/strict";
import { timecodeProblem } from "../../cli/timecode_problem.ts";
import { readConfig } from "../../config/settings.ts";

Deno.test("timecode that cannot be followed is told with the setting that helps", () => {
  const problem = (settings: Record<string, string>) =>
    timecodeProblem(readConfig(
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [`UNDERSTUDY_${name}`, value])),
    ));
  assert.equal(problem({}), undefined);
  assert.equal(problem({ TIMECODE: "mtc", MIDI: "auto" }), undefined);
  assert.match(problem({ TIMECODE: "mtc" })!, /set UNDERSTUDY_MIDI=jack/);
  assert.equal(problem({ TIMECODE: "ltc", INPUT_CHANNELS: "2", TIMECODE_INPUT: "2" }), undefined);
  assert.match(problem({ TIMECODE: "ltc" })!, /found 0; set UNDERSTUDY_INPUT_CHANNELS=1/);
  assert.match(
    problem({ TIMECODE_RATE: "24", TIMECODE_OFFSET: "01:00:00:24" })!,
    /expected a timecode of 24 frames a second, found 01:00:00:24/,
  );
});
