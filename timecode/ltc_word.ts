/**
 * The word of linear timecode (SMPTE ST 12-1): 80 bits a frame, in the order in which they are sent. The bit of polarity makes the
 * number of zeros even, so that every frame begins with the same step of the signal.
 */
import { isTimecode, type Timecode, type TimecodeRate } from "./timecode.ts";

export const ltcBits = 80;

/** The last 16 bits of a word, the first of them in the highest place; and the same sent backward. */
export const ltcSync = 0x3FFD;
export const ltcSyncReversed = 0xBFFC;

/** First bit and length of each digit of the time. */
const digits = {
  frames: [0, 4],
  tensOfFrames: [8, 2],
  seconds: [16, 4],
  tensOfSeconds: [24, 3],
  minutes: [32, 4],
  tensOfMinutes: [40, 3],
  hours: [48, 4],
  tensOfHours: [56, 2],
} as const;

const dropFrameBit = 10;

/** The bit of polarity: another one where 25 frames make a second. */
function polarityBit({ framesPerSecond }: TimecodeRate): number {
  return framesPerSecond === 25 ? 59 : 27;
}

/** The bits of a timecode, without user bits. */
export function ltcWord(timecode: Timecode, rate: TimecodeRate): Uint8Array {
  const bits = new Uint8Array(ltcBits);
  const put = ([first, length]: readonly [number, number], value: number) => {
    for (let bit = 0; bit < length; bit++) bits[first + bit] = value >> bit & 1;
  };
  put(digits.frames, timecode.frames % 10);
  put(digits.tensOfFrames, Math.floor(timecode.frames / 10));
  put(digits.seconds, timecode.seconds % 10);
  put(digits.tensOfSeconds, Math.floor(timecode.seconds / 10));
  put(digits.minutes, timecode.minutes % 10);
  put(digits.tensOfMinutes, Math.floor(timecode.minutes / 10));
  put(digits.hours, timecode.hours % 10);
  put(digits.tensOfHours, Math.floor(timecode.hours / 10));
  if (rate.isDropFrame) bits[dropFrameBit] = 1;
  for (let bit = 0; bit < 16; bit++) bits[64 + bit] = ltcSync >> (15 - bit) & 1;
  const ones = bits.reduce((sum, bit) => sum + bit, 0);
  if (ones % 2 === 1) bits[polarityBit(rate)] = 1; // 80 is even, so zeros are even where ones are
  return bits;
}

/** The timecode of a word; undefined where its digits are none. Frames are below 30: which of them a rate has is not in the word. */
export function timecodeOfWord(
  bits: ArrayLike<number>,
): { timecode: Timecode; isDropFrame: boolean } | undefined {
  const value = ([first, length]: readonly [number, number]) => {
    let sum = 0;
    for (let bit = 0; bit < length; bit++) sum |= bits[first + bit] << bit;
    return sum;
  };
  const read = (units: readonly [number, number], tens: readonly [number, number]) =>
    value(units) > 9 ? NaN : value(units) + 10 * value(tens);
  const timecode = {
    hours: read(digits.hours, digits.tensOfHours),
    minutes: read(digits.minutes, digits.tensOfMinutes),
    seconds: read(digits.seconds, digits.tensOfSeconds),
    frames: read(digits.frames, digits.tensOfFrames),
  };
  const isDropFrame = bits[dropFrameBit] === 1;
  return isTimecode(timecode, { framesPerSecond: 30, isDropFrame } as TimecodeRate)
    ? { timecode, isDropFrame }
    : undefined;
}
