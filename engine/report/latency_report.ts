/**
 * Reports another latency as the event `lookahead`. After a change of its period a sound server computes the latency of its ports
 * anew, some time after the renderers have followed; so a value is reported when it has stood still for a moment. Main isolate.
 */
import type { EngineEvent } from "../control/control.ts";

/** A latency that has not changed for this long is the new one, in milliseconds. */
const settledMs = 200;

/** The latency of this moment. */
export interface Latency {
  readonly blocks: number;
  /** The lookahead and the part of the device. */
  readonly latencyMs: number;
}

export class LatencyReport {
  readonly #emit: (event: EngineEvent) => void;
  #reported: Latency | undefined;
  #latest: Latency | undefined;
  #sinceMs = 0;

  constructor(emit: (event: EngineEvent) => void) {
    this.#emit = emit;
  }

  /**
   * Reports what has settled; cheap, for every tick. The first latency that settles is that of the start, which is no event.
   *
   * @param nowMs a monotonic clock's moment
   */
  poll(latency: Latency, nowMs: number): void {
    if (!isSame(latency, this.#latest)) {
      this.#latest = latency;
      this.#sinceMs = nowMs;
    }
    if (nowMs - this.#sinceMs < settledMs || isSame(latency, this.#reported)) return;
    if (this.#reported) this.#emit({ event: "lookahead", ...latency });
    this.#reported = latency;
  }
}

function isSame(one: Latency, other: Latency | undefined): boolean {
  return one.blocks === other?.blocks && one.latencyMs === other.latencyMs;
}
