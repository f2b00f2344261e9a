import type { NativeLibrary } from "../ffi/native_symbols.ts";

/** The runtime sets its own handler half a second after the start, so the first claims follow each other closely. */
const startMs = 3_000;
const periodMs = { starting: 50, playing: 1_000 } as const;

/**
 * Takes SIGUSR1 and SIGUSR2 for the program: each asks for the status. The runtime would open its debugger for the first, by which
 * any user of the machine can run code as this one, and end for the second. Main isolate.
 */
export class StatusSignal {
  readonly #native: NativeLibrary;
  readonly #startedMs = performance.now();
  #seen: number;
  #onSignal: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(native: NativeLibrary) {
    this.#native = native;
    this.#seen = native.symbols.us_signal_count();
    this.#poll();
  }

  /** Calls this for each signal, or for several at once. */
  listen(onSignal: () => void): void {
    this.#onSignal = onSignal;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #poll(): void {
    this.#native.symbols.us_claim_signals();
    const count = this.#native.symbols.us_signal_count();
    if (count !== this.#seen) this.#onSignal?.();
    this.#seen = count;
    const isStarting = performance.now() - this.#startedMs < startMs;
    this.#timer = setTimeout(() => this.#poll(), isStarting ? periodMs.starting : periodMs.playing);
  }
}
