/** A turn of the event loop that comes this much later than the one before, in milliseconds, is reported. */
const maxGapMs = 1_000;

/** Clocks in milliseconds: one that stands while the machine is suspended, and one that does not, with the precision of a second. */
export interface StandstillClocks {
  readonly monotonicMs: () => number;
  readonly bootMs: () => number;
}

/** The clocks of the machine. */
export const machineClocks: StandstillClocks = {
  monotonicMs: () => performance.now(),
  bootMs: () => Deno.osUptime() * 1_000,
};

/** Notices that the process stood still: stopped by a signal, suspended with the machine, or kept from the processor. Main isolate. */
export class Standstill {
  readonly #clocks: StandstillClocks;
  #lastMs: number;
  #lastBootMs: number;
  #bootReadMs: number;
  /** Times that it stood still, and for how long in all. */
  count = 0;
  totalMs = 0;

  constructor(clocks: StandstillClocks = machineClocks) {
    this.#clocks = clocks;
    this.#lastMs = this.#bootReadMs = clocks.monotonicMs();
    this.#lastBootMs = clocks.bootMs();
  }

  /** For every tick. Returns how long the process stood still before it, in milliseconds; 0: it did not. */
  poll(): number {
    const nowMs = this.#clocks.monotonicMs();
    const gapMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    const stoodMs = Math.max(gapMs > maxGapMs ? gapMs : 0, this.#suspendedMs(nowMs));
    if (stoodMs === 0) return 0;
    this.count++;
    this.totalMs += stoodMs;
    return stoodMs;
  }

  /** For how long the machine was suspended since the last look, one a second. */
  #suspendedMs(nowMs: number): number {
    const passedMs = nowMs - this.#bootReadMs;
    if (passedMs < maxGapMs) return 0;
    const bootMs = this.#clocks.bootMs();
    const suspendedMs = bootMs - this.#lastBootMs - passedMs;
    this.#lastBootMs = bootMs;
    this.#bootReadMs = nowMs;
    return suspendedMs > 2 * maxGapMs ? suspendedMs : 0; // both ends of its second are uncertain
  }
}
