import type { EngineControl, ScoreEvent } from "../../engine/control/control.ts";

/** Time from the call to the first frame of the score, so that the first commands arrive before their frames. */
const headStartMs = 200;

export interface Performance {
  readonly events: readonly ScoreEvent[];
  readonly sampleRateHz: number;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Plays a score live, each command at its own frame, through the log like all other commands. The whole score is submitted
 * at once, so it must be short: the log holds some thousand commands.
 *
 * @returns seconds until the last command
 * @throws {CommandRefusedError} when the score is too long; the commands before the refused one are played
 */
export function playScore(
  engine: Pick<EngineControl, "submit">,
  { events, sampleRateHz, nowMs }: Performance,
): number {
  for (const { frame, commands } of events) {
    engine.submit(commands, { unixMs: nowMs + headStartMs + frame / sampleRateHz * 1_000 }, "score");
  }
  return (events.at(-1)?.frame ?? 0) / sampleRateHz;
}
