import { setImmediate } from "node:timers";

/** Longest turn of reading packets, in milliseconds, before the event loop runs again. */
const maxTurnMs = 1;

/** Reading the clock costs a tenth of what a short packet does, so it is read once in this many packets. */
const packetsPerClockRead = 16;

/** Interrupts a loop that reads packets, so that timers and other sockets get their turn. One for each listener. Main isolate. */
export class ReadingTurn {
  #startedMs = performance.now();
  #packets = 0;

  /** Call after each packet. Whether the turn is over: then await {@link ReadingTurn.yield} before the next packet. */
  isOver(): boolean {
    if (++this.#packets < packetsPerClockRead) return false;
    this.#packets = 0;
    return performance.now() - this.#startedMs > maxTurnMs;
  }

  /** Lets everything else that is due run, then begins another turn. */
  async yield(): Promise<void> {
    await new Promise<void>((done) => void setImmediate(done));
    this.#startedMs = performance.now();
  }
}
