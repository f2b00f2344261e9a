/**
 * How long renderers take for a block: the processor time of their threads between two looks, a tenth of a second apart or, while no
 * voice sounds, a second, in equal parts for the blocks that they published meanwhile. No renderer reads a clock for it. Main isolate.
 */
import { blocksBetween } from "../memory/shared_memory.ts";
import type { RendererLoad } from "../supervisor/load_shedding.ts";

type Account = Pick<RendererLoad, "processorMs" | "published">;

export class RenderTimes {
  readonly #boundsSeconds: readonly number[];
  readonly #counts: number[];
  #accounts = new Map<number, Account>();
  /** Of all blocks. */
  sumSeconds = 0;

  /** @param boundsSeconds upper bounds of the buckets, ascending */
  constructor(boundsSeconds: readonly number[]) {
    this.#boundsSeconds = boundsSeconds;
    this.#counts = new Array(boundsSeconds.length + 1).fill(0);
  }

  /** Blocks by time: one number for each bound, not cumulative, and one for those beyond all bounds. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  /** Takes in what renderers in lockstep have used since the last call. */
  record(renderers: readonly RendererLoad[]): void {
    const before = this.#accounts;
    this.#accounts = new Map(renderers.map((renderer) => [renderer.threadId, renderer]));
    for (const { threadId, processorMs, published } of renderers) {
      const last = before.get(threadId);
      if (last?.processorMs === undefined || processorMs === undefined) continue;
      const blocks = blocksBetween(published, last.published);
      const seconds = (processorMs - last.processorMs) / 1_000;
      if (blocks <= 0 || seconds < 0) continue; // a thread that stands in for another one of the same number
      this.sumSeconds += seconds;
      const each = seconds / blocks;
      const bucket = this.#boundsSeconds.findIndex((bound) => each <= bound);
      this.#counts[bucket < 0 ? this.#boundsSeconds.length : bucket] += blocks;
    }
  }
}
