/**
 * Keeps the driver's native threads out of the shared memory when the process ends without the engine having been stopped:
 * by an uncaught error, by `Deno.exit`, or because nothing is left to do. Otherwise a thread would read memory that the
 * runtime has given back, and the process would end by SIGSEGV instead of with its error. Main isolate.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";

/** Memories that must not be collected. */
const kept: SharedMemory[] = [];

export class ExitGuard {
  readonly #native: NativeLibrary;
  readonly #base: Deno.PointerObject;

  /** Watches for the end of the process from now on. */
  constructor(native: NativeLibrary, memory: SharedMemory) {
    this.#native = native;
    this.#base = sharedMemoryPointer(native, memory.bytes);
    this.#set(0); // an isolate that has ended may have had its memory at the same place
    globalThis.addEventListener("unload", this.#shut);
    globalThis.addEventListener("error", this.#shutForNow);
    globalThis.addEventListener("unhandledrejection", this.#shutForNow);
  }

  /** The driver is stopped: no thread is left to keep out. */
  close(): void {
    globalThis.removeEventListener("unload", this.#shut);
    globalThis.removeEventListener("error", this.#shutForNow);
    globalThis.removeEventListener("unhandledrejection", this.#shutForNow);
  }

  /**
   * The same, but a native thread may still be inside: the memory stays as long as the process, because the thread reads and writes it
   * when it goes on.
   */
  closeAndKeep(memory: SharedMemory): void {
    kept.push(memory);
    this.close();
  }

  readonly #shut = () => this.#set(1);

  /** A listener behind this one may forgive the error: then the process has another turn, and the sound goes on in it. */
  readonly #shutForNow = (event: Event) => {
    if (event.defaultPrevented) return;
    this.#shut();
    setTimeout(() => this.#set(0), 0);
  };

  #set(closed: number): void {
    this.#native.symbols.us_guard_set(this.#base, closed);
  }
}
