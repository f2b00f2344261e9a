/**
 * Which triggers of timecode a chase has passed, and at which frame of the engine each of them stands: those a little ahead are known
 * before they come, so that they start exactly there. Pure.
 */
import type { TimecodeChase } from "../../timecode/chase.ts";
import { frameOfTimecode, framesPerDay, readTimecode, type TimecodeRate } from "../../timecode/timecode.ts";
import type { TriggeredCues } from "./triggered_cues.ts";

/** A trigger and the frame of the engine at which it is passed. */
export interface PassedCue {
  readonly key: string;
  readonly frame: number;
}

export class TimecodeTimes {
  readonly #places: readonly { readonly key: string; readonly position: number }[];
  readonly #rate: TimecodeRate;
  #jumps: number | undefined;
  /** Up to where triggers were passed, on the line of the chase; undefined: it is not followed. */
  #passed: number | undefined;

  /** @param offset frames of timecode that are added to what is chased */
  constructor({ timecode }: Pick<TriggeredCues, "timecode">, rate: TimecodeRate, offset = 0) {
    this.#rate = rate;
    this.#places = timecode.flatMap(({ key, trigger }) => {
      const read = readTimecode(trigger.timecode, rate);
      return read === undefined
        ? []
        : [{ key, position: wrapped(frameOfTimecode(read, rate) - offset, rate) }];
    });
  }

  /** Takes the place of the times of a list before: what they have passed is not passed again, nor what lies behind. */
  goOnFrom(before: TimecodeTimes, chase: TimecodeChase): void {
    this.#jumps = before.#jumps ?? chase.jumps;
    this.#passed = before.#passed;
  }

  /**
   * The triggers that are passed from the last call on up to a frame ahead, in their order. After a jump those are new that lie between
   * the first reading of the new place and that frame.
   *
   * @param now frame of the engine
   * @param ahead frames of the engine that are looked ahead
   */
  take(chase: TimecodeChase, now: number, ahead: number): PassedCue[] {
    const here = chase.positionAt(now);
    const there = chase.positionAt(now + ahead);
    if (here === undefined || there === undefined || chase.frameAt(here, now) === undefined) {
      this.#passed = undefined;
      return [];
    }
    const hasJumped = chase.jumps !== this.#jumps;
    const from = this.#passed === undefined || hasJumped
      ? hasJumped ? wrapped(chase.lockedFrom - 1e-6, this.#rate) : here
      : this.#passed;
    this.#jumps = chase.jumps;
    const length = wrapped(there - from, this.#rate);
    // the line was corrected backward by less than what lies ahead
    if (length > framesPerDay(this.#rate) / 2) return [];
    this.#passed = there;
    return this.#places
      .map(({ key, position }) => ({ key, since: wrapped(position - from, this.#rate), position }))
      .filter(({ since }) => since > 0 && since <= length)
      .sort((a, b) => a.since - b.since)
      .map(({ key, position }) => ({ key, frame: Math.round(chase.frameAt(position, now)!) }));
  }
}

function wrapped(frames: number, rate: TimecodeRate): number {
  const day = framesPerDay(rate);
  return (frames % day + day) % day;
}
