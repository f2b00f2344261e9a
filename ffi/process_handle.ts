import type { NativeLibrary } from "./native_symbols.ts";

const noProcess = 3; // ESRCH
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

  /**
   * Opens a process by its id; undefined where there is none with it.
   *
   * @param start what {@link ProcessHandle.startOf} gave for it: a process that has got the same id since is not meant; 0: not known
   * @throws {Error} when the system cannot say, e.g. because no descriptor is left
   */
  static open(native: NativeLibrary, pid: number, start = 0): ProcessHandle | undefined {
    if (pid <= 0) return undefined;
    const descriptor = native.symbols.us_process_open(pid);
    if (descriptor === -noProcess) return undefined;
    if (descriptor < 0) throw new Error(`process ${pid} cannot be followed (errno ${-descriptor})`);
    // opened first: from here on the id cannot pass to another process unseen
    if (start === 0 || start === ProcessHandle.startOf(native, pid)) {
      return new ProcessHandle(native, pid, descriptor);
    }
    native.symbols.us_process_close(descriptor);
    return undefined;
  }

  /** When a process began, as a signed word; with its id this names it for good. 0: there is none. */
  static startOf(native: NativeLibrary, pid: number): number {
    return Number(BigInt.asIntN(32, native.symbols.us_process_start(pid)));
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
