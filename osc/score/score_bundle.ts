import type { OscMessage } from "../packet/codec.ts";

/** Seconds from the start, as an exact fraction. */
export interface ScoreTime {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Messages of one time, and their place in the file. */
export interface ScoreBundle {
  readonly time: ScoreTime;
  readonly messages: readonly OscMessage[];
  readonly where: string;
}
