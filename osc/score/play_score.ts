import type { EngineControl, ScoreEvent } from "../../engine/control/control.ts";

/** Time from the call to the first frame of the score: what a command needs to arrive before its frame. */
const headStartMs = 200;

/**
 * Plays a score live, each command at its own frame, through the log like everything else. All of it is handed over at
 * once, so it has to be short: the log holds some thousand commands.
 *
 * @param nowMs wall clock, milliseconds since 1970
 * @returns seconds until the last command
 * @throws {CommandRefusedError} when it is too long; what was handed over before is played
 */
export function playScore(
  engine: Pick<EngineControl, "submit">,
  events: readonly ScoreEvent[],
  sampleRateHz: number,
  nowMs: number,
): number {
  for (const { frame, commands } of events) {
    engine.submit(commands, { unixMs: nowMs + headStartMs + frame / sampleRateHz * 1_000 });
  }
  return (events.at(-1)?.frame ?? 0) / sampleRateHz;
}
