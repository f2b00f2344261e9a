/**
 * The moment of a MIDI message on the monotonic clock. The sound server stamps messages with the exact frame, but the time of a
 * frame is known only to within the wake-up jitter of the server's thread. So frames lie on a straight line at the nominal
 * rate, as time tags do (`Timeline`): messages that are N frames apart stay N frames apart. Main isolate.
 */
import { DriftLimit } from "../engine/time/drift_limit.ts";

/** A frame, modulo 2^32, and its moment. */
interface Anchor {
  readonly frame: number;
  readonly atMs: number;
}

export class MidiClock {
  readonly #drift = new DriftLimit();
  #anchor: Anchor | undefined;

  /**
   * @param frame number of the message's frame, modulo 2^32
   * @param heardMs the same on the monotonic clock, with the jitter of the thread that received it
   * @returns milliseconds of the monotonic clock
   */
  momentOf(frame: number, heardMs: number, sampleRateHz: number): number {
    const { atMs, frame: from } = this.#anchor ?? { atMs: heardMs, frame };
    const onLineMs = atMs + ((frame - from) | 0) * 1_000 / sampleRateHz;
    if (this.#drift.mayStay(Math.abs(onLineMs - heardMs), heardMs) && this.#anchor) return onLineMs;
    this.#anchor = { frame, atMs: heardMs };
    return heardMs;
  }
}
