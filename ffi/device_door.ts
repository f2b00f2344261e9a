/**
 * The door between a sound device and the callback, in the native part: while it is shut, the device gets silence and the shared
 * memory is not touched. Main isolate.
 */
import { invariant } from "../foundation/invariant.ts";
import type { NativeLibrary } from "./native_symbols.ts";

export class DeviceDoor {
  readonly #symbols: NativeLibrary["symbols"];
  readonly #state = new Uint32Array(2);

  /** @param pointer a `struct us_device` */
  constructor({ symbols }: NativeLibrary, readonly pointer: Deno.PointerObject) {
    this.#symbols = symbols;
  }

  /** A door that is shut. It is freed by {@link DeviceDoor.free}. */
  static create(native: NativeLibrary, sharedMemory: Deno.PointerObject): DeviceDoor {
    const pointer = native.symbols.us_device_create(sharedMemory);
    invariant(pointer !== null, "sound device: expected some bytes of memory");
    return new DeviceDoor(native, pointer);
  }

  /** Address of the `PaStreamCallback` that goes through the door that it gets as user data. */
  static callAddress({ symbols }: NativeLibrary): Deno.PointerValue {
    return symbols.us_device_call_address();
  }

  open(): void {
    this.#symbols.us_device_set_open(this.pointer, 1);
  }

  /** Returns whether no call is inside any more; if not, ask again: the thread had no processor. */
  shut(): boolean {
    return this.#symbols.us_device_set_open(this.pointer, 0) === 1;
  }

  /** Calls of the device, also while the door is shut; wraps at 2^32. */
  get calls(): number {
    this.#symbols.us_device_poll(this.pointer, this.#state);
    return this.#state[0];
  }

  /** Frames that the device takes at once, in one call or in several; 0: not known yet. */
  get periodFrames(): number {
    this.#symbols.us_device_poll(this.pointer, this.#state);
    return this.#state[1];
  }

  /** To be called once, when the device's stream is closed. */
  free(): void {
    this.#symbols.us_device_free(this.pointer);
  }
}
