import assert from "node:assert/strict";
import { fullMessage, MtcDecoder, type MtcTime, quarterFrames } from "../../timecode/mtc.ts";
import { timecodeRates } from "../../timecode/timecode.ts";

const time = { hours: 1, minutes: 37, seconds: 52, frames: 16 };

function decoded(data: readonly number[]): MtcTime[] {
  const decoder = new MtcDecoder();
  return data.map((byte) => decoder.quarterFrame(byte)).filter((found) => found !== undefined);
}

Deno.test("01:37:52:16 at 30 drop-frame is the messages of the MIDI timecode document, both ways", () => {
  // MIDI 1.0 Detailed Specification 4.2.1, MIDI time code: 0nnn dddd, hours with the type 10
  const bytes = [0x00, 0x11, 0x24, 0x33, 0x45, 0x52, 0x61, 0x74];
  const rate = timecodeRates["29.97df"];
  assert.deepEqual(quarterFrames(time, rate), bytes.map((byte) => [0xF1, byte]));
  const forward = { timecode: time, rate, framesSince: 1.75, isReverse: false, isLocation: false };
  assert.deepEqual(decoded(bytes), [forward]);
  assert.deepEqual(decoded(bytes.toReversed()), [{ ...forward, framesSince: 0, isReverse: true }]);
  const full = [0xF0, 0x7F, 0x7F, 0x01, 0x01, 0x41, 0x25, 0x34, 0x10, 0xF7];
  assert.deepEqual(fullMessage(time, rate), full);
  assert.deepEqual(new MtcDecoder().fullMessage(full), { ...forward, framesSince: 0, isLocation: true });
});

Deno.test("a set with a piece lost, repeated or out of a turn spells nothing, the next whole one does", () => {
  const rate = timecodeRates["25"];
  const data = quarterFrames(time, rate).map(([, byte]) => byte);
  for (const damaged of [data.toSpliced(3, 1), data.toSpliced(3, 0, data[3]), data.slice(4)]) {
    assert.deepEqual(decoded(damaged), []);
    assert.equal(decoded([...damaged, ...data]).length, 1);
  }
  // from the middle of one direction to the other: the pieces of both are no set
  assert.deepEqual(decoded([...data.slice(0, 5), ...data.slice(0, 4).toReversed()]), []);
  assert.deepEqual(decoded([0x00, 0x11, 0x2F, 0x37, 0x45, 0x52, 0x61, 0x72]), [], "63 seconds");
  assert.equal(new MtcDecoder().fullMessage([0xF0, 0x7F, 0x7F, 0x02, 0x01, 1, 2, 3, 4, 0xF7]), undefined);
});

Deno.test("each rate of MIDI comes back as itself", () => {
  for (const name of ["24", "25", "29.97df", "30"] as const) {
    const rate = timecodeRates[name];
    assert.equal(decoded(quarterFrames(time, rate).map(([, byte]) => byte))[0].rate, rate);
    assert.equal(new MtcDecoder().fullMessage(fullMessage(time, rate))?.rate, rate);
  }
});
