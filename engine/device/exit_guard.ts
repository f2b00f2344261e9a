/**
 * Keeps the driver's native threads out of the shared memory when the process ends without the engine having been stopped: by
 * an error that nobody caught, by `Deno.exit`, or because there is nothing left to do. Otherwise a thread would go on
 * reading memory that the runtime has given back, and the process would end by SIGSEGV instead of with its error. Main
 * isolate.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";

export class ExitGuard {
  readonly #native: NativeLibrary;
  readonly #memory: SharedMemory;

  /** From now on the end of the process is watched for. */
  constructor(native: NativeLibrary, memory: SharedMemory) {
    this.#native = native;
    this.#memory = memory;
    this.#set(0); // an isolate that has ended may have had its memory at the same place
    globalThis.addEventListener("unload", this.#hold);
    globalThis.addEventListener("error", this.#holdForNow);
    globalThis.addEventListener("unhandledrejection", this.#holdForNow);
  }

  /** The driver is stopped: nothing is left to keep out. */
  close(): void {
    globalThis.removeEventListener("unload", this.#hold);
    globalThis.removeEventListener("error", this.#holdForNow);
    globalThis.removeEventListener("unhandledrejection", this.#holdForNow);
  }

  readonly #hold = () => this.#set(1);

  /** Whoever listens behind us may forgive the error: then the process has another turn, and the sound goes on in it. */
  readonly #holdForNow = (event: Event) => {
    if (event.defaultPrevented) return;
    this.#hold();
    setTimeout(() => this.#set(0), 0);
  };

  #set(hold: number): void {
    this.#native.symbols.us_hold(Deno.UnsafePointer.of(this.#memory.bytes), hold);
  }
}
