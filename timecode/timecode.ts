/**
 * Timecode of SMPTE ST 12-1: hours, minutes, seconds and frames, and the number of the frame since midnight. Drop-frame timecode
 * leaves out the numbers 0 and 1 of every minute that is not a multiple of ten, so that 29.97 frames a second keep up with the clock.
 * Nothing is dropped but numbers.
 */

export const timecodeRateNames = ["23.976", "24", "25", "29.97", "29.97df", "30"] as const;
export type TimecodeRateName = typeof timecodeRateNames[number];

export interface TimecodeRate {
  readonly name: TimecodeRateName;
  /** Frames that a second of timecode counts. */
  readonly framesPerSecond: 24 | 25 | 30;
  /** Frames in a second of time: `framesPerSecond`, or 1000/1001 of it. */
  readonly framesPerRealSecond: number;
  readonly isDropFrame: boolean;
}

export interface Timecode {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly frames: number;
}

const slow = 1_000 / 1_001;

export const timecodeRates: Readonly<Record<TimecodeRateName, TimecodeRate>> = {
  "23.976": rate("23.976", 24, slow, false),
  "24": rate("24", 24, 1, false),
  "25": rate("25", 25, 1, false),
  "29.97": rate("29.97", 30, slow, false),
  "29.97df": rate("29.97df", 30, slow, true),
  "30": rate("30", 30, 1, false),
};

function rate(
  name: TimecodeRateName,
  framesPerSecond: 24 | 25 | 30,
  factor: number,
  isDropFrame: boolean,
): TimecodeRate {
  return { name, framesPerSecond, framesPerRealSecond: framesPerSecond * factor, isDropFrame };
}

/** Numbers that drop-frame timecode leaves out in a minute, and in ten minutes. */
const droppedPerMinute = 2;
const droppedPerTenMinutes = 18;

/** Frames between midnight and midnight of the timecode. */
export function framesPerDay({ framesPerSecond, isDropFrame }: TimecodeRate): number {
  return 86_400 * framesPerSecond - (isDropFrame ? 144 * droppedPerTenMinutes : 0);
}

/** Whether a frame has this timecode; drop-frame timecode lacks some. */
export function isTimecode(
  { hours, minutes, seconds, frames }: Timecode,
  { framesPerSecond, isDropFrame }: TimecodeRate,
): boolean {
  const isInside = (value: number, end: number) => Number.isInteger(value) && value >= 0 && value < end;
  if (!isInside(hours, 24) || !isInside(minutes, 60) || !isInside(seconds, 60)) return false;
  if (!isInside(frames, framesPerSecond)) return false;
  return !(isDropFrame && frames < droppedPerMinute && seconds === 0 && minutes % 10 !== 0);
}

/** Number of the frame since 00:00:00:00. */
export function frameOfTimecode(timecode: Timecode, { framesPerSecond, isDropFrame }: TimecodeRate): number {
  const minutes = timecode.hours * 60 + timecode.minutes;
  const counted = (minutes * 60 + timecode.seconds) * framesPerSecond + timecode.frames;
  return isDropFrame ? counted - droppedPerMinute * (minutes - Math.floor(minutes / 10)) : counted;
}

/** The timecode of a frame; those beyond a day begin at midnight again. */
export function timecodeOfFrame(frame: number, timecodeRate: TimecodeRate): Timecode {
  const { framesPerSecond, isDropFrame } = timecodeRate;
  const day = framesPerDay(timecodeRate);
  let counted = ((Math.floor(frame) % day) + day) % day;
  if (isDropFrame) {
    const perTenMinutes = 600 * framesPerSecond - droppedPerTenMinutes;
    const perMinute = 60 * framesPerSecond - droppedPerMinute;
    const tens = Math.floor(counted / perTenMinutes);
    const rest = counted % perTenMinutes;
    const minutes = rest < 60 * framesPerSecond
      ? 0
      : 1 + Math.floor((rest - 60 * framesPerSecond) / perMinute);
    counted += droppedPerTenMinutes * tens + droppedPerMinute * minutes;
  }
  const seconds = Math.floor(counted / framesPerSecond);
  return {
    hours: Math.floor(seconds / 3_600),
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
    frames: counted % framesPerSecond,
  };
}

const written = /^(\d{1,2}):(\d{2}):(\d{2})[:;.](\d{2})$/;

/** Reads `01:02:03:04`, or `01:02:03;04` for drop-frame; undefined where it is no timecode of the rate. */
export function readTimecode(text: string, timecodeRate: TimecodeRate): Timecode | undefined {
  const parts = written.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [hours, minutes, seconds, frames] = parts;
  const timecode = { hours, minutes, seconds, frames };
  return isTimecode(timecode, timecodeRate) ? timecode : undefined;
}

/** `01:02:03:04`; drop-frame with a semicolon before the frames, as is customary. */
export function timecodeText(
  { hours, minutes, seconds, frames }: Timecode,
  { isDropFrame }: TimecodeRate,
): string {
  const [h, m, s, f] = [hours, minutes, seconds, frames].map((value) => String(value).padStart(2, "0"));
  return `${h}:${m}:${s}${isDropFrame ? ";" : ":"}${f}`;
}
