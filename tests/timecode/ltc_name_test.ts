import assert from "node:assert/strict";
import { isLtcName, ltcName, readLtcName } from "../../timecode/ltc_name.ts";
import { readTimecode, timecodeRates } from "../../timecode/timecode.ts";

Deno.test("the name of a timecode is read as it was written, and what is none is none", () => {
  const rate = timecodeRates["29.97df"];
  const start = readTimecode("01:00:00;02", rate)!;
  const name = ltcName(start, rate);
  assert.equal(name, "ltc:29.97df/01:00:00;02");
  assert.ok(isLtcName(name) && !isLtcName("rain.wav"));
  assert.deepEqual(readLtcName(name), { start, rate });
  for (
    const wrong of [
      "ltc:25",
      "ltc:25/1:00",
      "ltc:26/01:00:00:00",
      "ltc:25/01:00:00:25",
      "ltc:29.97df/01:01:00:00",
    ]
  ) assert.equal(readLtcName(wrong), undefined, wrong);
  assert.equal(readLtcName("xyz:25/01:00:00:00"), undefined);
  assert.equal(readLtcName("ltc:toString/01:00:00:00"), undefined);
});
