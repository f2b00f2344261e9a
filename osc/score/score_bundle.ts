import type { OscMessage } from "../packet/codec.ts";

/** Seconds from the start, exactly as they stand in the file. */
export interface ScoreTime {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Messages of one time, and where they stand. */
export interface ScoreBundle {
  readonly time: ScoreTime;
  readonly messages: readonly OscMessage[];
  readonly where: string;
}
