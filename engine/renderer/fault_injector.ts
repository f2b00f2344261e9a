import { type FaultKind, faultKinds } from "../control/control.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { flipBit, trap } from "./fault_hooks.ts";
import type { Renderer } from "./renderer.ts";
import { orderIndex } from "../memory/seats.ts";

/** How long a `stall` lasts: longer than any lookahead that is meant for live playing. */
const stallMs = 30;

/** A renderer under the fault `slow` waits this many block periods before each block. */
const slowPeriods = 1.5;

/**
 * Commits faults on the renderer that it lives in, so that failover can be tried on stage as in the tests. Exists only
 * when the configuration allows faults. `kill` is committed from outside, by ending the Worker.
 */
export class FaultInjector {
  readonly #memory: SharedMemory;
  readonly #order: number;
  /** No thread notifies this word: it is only slept on. */
  readonly #sleepWord = new Int32Array(new SharedArrayBuffer(4));
  #slow = false;

  constructor(memory: SharedMemory, seat: number) {
    this.#memory = memory;
    this.#order = orderIndex(memory, seat, "fault");
  }

  /** Commits the fault ordered by `code`, once, and lasting ones at every block. Renderer thread. */
  commit(code: number, renderer: Renderer): void {
    if (this.#slow) this.#sleep(slowPeriods * this.#periodMs());
    if (code === 0) return;
    Atomics.store(this.#memory.words, this.#order, 0);
    this.#begin(faultKinds[code - 1], renderer);
  }

  #begin(kind: FaultKind, renderer: Renderer): void {
    switch (kind) {
      case "kill":
        return;
      case "throw":
        throw new Error("fault injected: throw");
      case "trap":
        return trap(renderer.playing);
      case "hang":
        for (;;) { /* until the execution is ended */ }
      case "stall":
        return this.#sleep(stallMs);
      case "slow":
        this.#slow = true;
        return;
      case "oom":
        return exhaustHeap();
      case "corrupt":
        return flipSomeBit(renderer);
    }
  }

  #sleep(ms: number): void {
    Atomics.wait(this.#sleepWord, 0, 0, ms);
  }

  #periodMs(): number {
    return this.#memory.geometry.blockFrames / this.#memory.geometry.sampleRateHz * 1_000;
  }
}

/** Another place and bit for every block, by rule and not by chance, so that a run can be repeated. */
function flipSomeBit(renderer: Renderer): void {
  const stirred = Math.imul(renderer.block, 0x9E3779B1);
  flipBit(renderer.playing, stirred >>> 8, stirred & 31);
}

function exhaustHeap(): never {
  const hoard: number[] = [];
  for (;;) hoard.push(hoard.length + 0.5);
}
