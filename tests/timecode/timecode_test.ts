import assert from "node:assert/strict";
import {
  frameOfTimecode,
  framesPerDay,
  readTimecode,
  timecodeOfFrame,
  timecodeRateNames,
  timecodeRates,
  timecodeText,
} from "../../timecode/timecode.ts";

Deno.test("drop-frame numbers are those of SMPTE ST 12-1: two numbers less in each minute but every tenth", () => {
  const rate = timecodeRates["29.97df"];
  const frames: readonly (readonly [string, number])[] = [
    ["00:00:59;29", 1_799],
    ["00:01:00;02", 1_800],
    ["00:02:00;02", 3_598],
    ["00:09:59;29", 17_981],
    ["00:10:00;00", 17_982],
    ["01:00:00;00", 107_892],
    ["23:59:59;29", 2_589_407],
  ];
  for (const [text, frame] of frames) {
    assert.equal(frameOfTimecode(readTimecode(text, rate)!, rate), frame, text);
    assert.equal(timecodeText(timecodeOfFrame(frame, rate), rate), text);
  }
  assert.equal(readTimecode("00:01:00;00", rate), undefined, "a number that was dropped");
  assert.equal(framesPerDay(rate), 2_589_408);
  // an hour of drop-frame timecode is an hour of time, to 3.6 ms
  assert.ok(Math.abs(107_892 / rate.framesPerRealSecond - 3_600) < 0.004);
});

Deno.test("every frame of a day has one timecode and comes back from it, at every rate", () => {
  for (const name of timecodeRateNames) {
    const rate = timecodeRates[name];
    const day = framesPerDay(rate);
    for (let frame = 0; frame < day; frame += 997) {
      const timecode = timecodeOfFrame(frame, rate);
      assert.equal(frameOfTimecode(timecode, rate), frame, name);
      assert.deepEqual(readTimecode(timecodeText(timecode, rate), rate), timecode);
    }
    assert.deepEqual(timecodeOfFrame(day, rate), timecodeOfFrame(0, rate));
  }
  for (const text of ["24:00:00:00", "00:60:00:00", "00:00:00:25", "1:2:3:4", "00:00:00", "x"]) {
    assert.equal(readTimecode(text, timecodeRates["25"]), undefined, text);
  }
});
