import assert from "node:assert/strict";
import { ltcWord, timecodeOfWord } from "../../timecode/ltc_word.ts";
import { framesPerDay, timecodeOfFrame, timecodeRateNames, timecodeRates } from "../../timecode/timecode.ts";

Deno.test("a word has the digits, the sync word and an even number of zeros, and is read again", () => {
  // 01:02:03:04 at 25, lowest bit of each digit first, user bits zero, sync word last
  const groups =
    "0010 0000 0000 0000 1100 0000 0000 0000 0100 0000 0000 0000 1000 0000 0000 0000 0011111111111101";
  const bits = [...groups.replaceAll(" ", "")].map(Number);
  const time = { hours: 1, minutes: 2, seconds: 3, frames: 4 };
  assert.deepEqual([...ltcWord(time, timecodeRates["25"])], bits);
  for (const name of timecodeRateNames) {
    const rate = timecodeRates[name];
    for (let frame = 0; frame < framesPerDay(rate); frame += 9_973) {
      const timecode = timecodeOfFrame(frame, rate);
      const word = ltcWord(timecode, rate);
      assert.equal(word.filter((bit) => bit === 0).length % 2, 0);
      assert.deepEqual(timecodeOfWord(word), { timecode, isDropFrame: rate.isDropFrame });
    }
  }
});

Deno.test("a word whose digits are no time is none", () => {
  for (const digit of [0, 16, 32, 48]) {
    const word = ltcWord({ hours: 19, minutes: 59, seconds: 59, frames: 29 }, timecodeRates["30"]);
    word[digit + 1] = 1; // nine becomes eleven
    assert.equal(timecodeOfWord(word), undefined);
  }
  assert.equal(timecodeOfWord(new Uint8Array(80).fill(1)), undefined);
});
