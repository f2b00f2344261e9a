import type { EngineControl } from "../engine/control/control.ts";
import type { Log } from "../foundation/logging.ts";
import { playScore } from "../osc/score/play_score.ts";
import { readScore } from "../osc/score/score.ts";
import { phraseOf } from "../patches/ready/phrases.ts";

/**
 * Plays the phrase of a patch, so that it is heard without a controller.
 *
 * @param patch its name or file
 */
export function playDemo(engine: EngineControl, patch: string, log: Log): void {
  const { sampleRateHz } = engine.status();
  const text = new TextEncoder().encode(phraseOf(patch, engine.instruments));
  const { events } = readScore(text, { name: "demo", sampleRateHz, patch: engine });
  const seconds = playScore(engine, { events, sampleRateHz, nowMs: Date.now() });
  log.info(
    events.length > 0
      ? `demo: plays a phrase of ${seconds.toFixed(1)} s`
      : `demo: ${patch} plays by itself, or has no instrument to play on`,
  );
}
