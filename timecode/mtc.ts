/**
 * MIDI timecode (MMA RP-004/RP-008): eight quarter-frame messages spell one timecode over two frames, and a full message spells one
 * where the transport stands. The time that eight quarter frames spell is that of the moment at which the first of them was sent.
 */
import { isTimecode, type Timecode, type TimecodeRate, timecodeRates } from "./timecode.ts";

/** By the two bits of the rate. 30 drop-frame is what runs at 29.97. */
const ratesByCode: readonly TimecodeRate[] = [
  timecodeRates["24"],
  timecodeRates["25"],
  timecodeRates["29.97df"],
  timecodeRates["30"],
];

/** Quarter frames that spell one timecode. */
const pieces = 8;

/** A timecode as it was spelled. */
export interface MtcTime {
  readonly timecode: Timecode;
  readonly rate: TimecodeRate;
  /** Frames from the timecode to the moment of its last message. */
  readonly framesSince: number;
  readonly isReverse: boolean;
  /** Whether it was spelled by a full message: the transport stands, or will go on from there. */
  readonly isLocation: boolean;
}

/** Follows the quarter frames of one cable. */
export class MtcDecoder {
  readonly #nibbles = new Uint8Array(pieces);
  #last = -1;
  /** Pieces in a row, in one direction. */
  #run = 0;
  #direction = 0;

  /**
   * Takes in the data byte of a quarter-frame message; returns the timecode that it completes. Running backward the pieces come from
   * 7 to 0.
   */
  quarterFrame(data: number): MtcTime | undefined {
    const piece = data >> 4 & 7;
    this.#nibbles[piece] = data & 15;
    const step = (piece - this.#last + pieces) % pieces;
    const direction = this.#last < 0 ? 0 : step === 1 ? 1 : step === pieces - 1 ? -1 : 0;
    this.#run = direction !== 0 && (direction === this.#direction || this.#run <= 1) ? this.#run + 1 : 1;
    this.#direction = direction;
    this.#last = piece;
    const isLast = direction === 1 && piece === pieces - 1 || direction === -1 && piece === 0;
    if (!isLast || this.#run < pieces) return undefined;
    const [f0, f1, s0, s1, m0, m1, h0, h1] = this.#nibbles;
    return timeOf([h0 | h1 << 4, m0 | m1 << 4, s0 | s1 << 4, f0 | f1 << 4], {
      framesSince: direction === 1 ? (pieces - 1) / 4 : 0,
      isReverse: direction === -1,
      isLocation: false,
    });
  }

  /** The timecode of a full message: `F0 7F device 01 01 hr mn sc fr F7`; undefined for any other system exclusive. */
  fullMessage(bytes: readonly number[]): MtcTime | undefined {
    const [start, realTime, , kind, sub, hours, minutes, seconds, frames, end] = bytes;
    if (bytes.length !== 10 || start !== 0xF0 || realTime !== 0x7F || kind !== 1 || sub !== 1) {
      return undefined;
    }
    if (end !== 0xF7) return undefined;
    this.reset();
    return timeOf([hours, minutes, seconds, frames], { framesSince: 0, isReverse: false, isLocation: true });
  }

  /** Forgets the pieces: the cable was pulled. */
  reset(): void {
    this.#last = -1;
    this.#run = this.#direction = 0;
  }
}

function timeOf(
  [first, minutes, seconds, frames]: readonly number[],
  rest: Pick<MtcTime, "framesSince" | "isReverse" | "isLocation">,
): MtcTime | undefined {
  const rate = ratesByCode[first >> 5 & 3];
  const timecode = { hours: first & 31, minutes: minutes & 63, seconds: seconds & 63, frames: frames & 31 };
  return isTimecode(timecode, rate) ? { timecode, rate, ...rest } : undefined;
}

/** The two bytes of each of the eight quarter frames of a timecode, forward. */
export function quarterFrames(timecode: Timecode, rate: TimecodeRate): [status: number, data: number][] {
  const { hours, minutes, seconds, frames } = timecode;
  const values = [frames, seconds, minutes, hours | codeOf(rate) << 5];
  return Array.from({ length: pieces }, (_, piece) => {
    const value = values[piece >> 1];
    return [0xF1, piece << 4 | (piece % 2 === 0 ? value & 15 : value >> 4)];
  });
}

/** The full message of a timecode, to every device. */
export function fullMessage({ hours, minutes, seconds, frames }: Timecode, rate: TimecodeRate): number[] {
  return [0xF0, 0x7F, 0x7F, 1, 1, hours | codeOf(rate) << 5, minutes, seconds, frames, 0xF7];
}

/** MIDI has four rates: those of 1000/1001 without dropped numbers are sent as their whole neighbours. */
function codeOf({ framesPerSecond, isDropFrame }: TimecodeRate): number {
  return framesPerSecond === 24 ? 0 : framesPerSecond === 25 ? 1 : isDropFrame ? 2 : 3;
}
