import type { NativeLibrary } from "./native_symbols.ts";

const numbers = { SIGKILL: 9, SIGCONT: 18, SIGSTOP: 19, SIGSEGV: 11 } as const;

/** A process by its descriptor, which unlike its id never means another one. Any isolate of Linux. */
export class ProcessHandle {
  readonly pid: number;
  readonly #native: NativeLibrary;
  #descriptor: number | undefined;

  private constructor(native: NativeLibrary, pid: number, descriptor: number) {
    this.#native = native;
    this.pid = pid;
    this.#descriptor = descriptor;
  }

  /** Opens a process by its id; undefined where there is none with it. */
  static open(native: NativeLibrary, pid: number): ProcessHandle | undefined {
    if (pid <= 0) return undefined;
    const descriptor = native.symbols.us_process_open(pid);
    return descriptor < 0 ? undefined : new ProcessHandle(native, pid, descriptor);
  }

  /** Whether it has ended; then it writes nothing any more, also while its parent has not asked how it ended. */
  get ended(): boolean {
    if (this.#descriptor === undefined) return true;
    if (this.#native.symbols.us_process_ended(this.#descriptor) === 0) return false;
    this.close();
    return true;
  }

  /** Sends a signal; nothing happens where it has ended. */
  signal(name: keyof typeof numbers): void {
    if (this.#descriptor !== undefined) {
      this.#native.symbols.us_process_signal(this.#descriptor, numbers[name]);
    }
  }

  /** Lets go of the descriptor. Safe to repeat; from here on it counts as ended. */
  close(): void {
    if (this.#descriptor !== undefined) this.#native.symbols.us_process_close(this.#descriptor);
    this.#descriptor = undefined;
  }
}
