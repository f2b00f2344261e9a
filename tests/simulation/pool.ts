import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { type PreparedPatch, preparePatch } from "../../engine/renderer/patch_instance.ts";

/**
 * Memory that one run after the other uses: instances of a patch, and the shared memory. Fresh ones cost more than all blocks
 * that are played with them, because the machine has to find their pages. All are zeroed before they are used again, which is
 * what the arena of a patch without data segments holds at first.
 */
export class Pool {
  readonly #patch: CompiledPatch;
  readonly #checksum: WebAssembly.Module;
  readonly #free: PreparedPatch[] = [];
  readonly #used: PreparedPatch[] = [];
  readonly #buffers = new Map<number, SharedArrayBuffer>();

  constructor(patch: CompiledPatch, checksum: WebAssembly.Module) {
    this.#patch = patch;
    this.#checksum = checksum;
  }

  get arenaBytes(): number {
    return this.#patch.arena.bytes;
  }

  /** An instance with an untouched arena. */
  instance(): PreparedPatch {
    const instance = this.#free.pop() ?? preparePatch(0, this.#patch, this.#checksum);
    this.#used.push(instance);
    return instance;
  }

  /** A shared memory of this size, for one run at a time. */
  buffer(bytes: number): SharedArrayBuffer {
    const known = this.#buffers.get(bytes);
    if (known) new Uint8Array(known).fill(0);
    const buffer = known ?? new SharedArrayBuffer(bytes);
    this.#buffers.set(bytes, buffer);
    return buffer;
  }

  /** A run is over: no renderer plays any more. */
  recycle(): void {
    for (const instance of this.#used) new Uint8Array(instance.exports.memory.buffer).fill(0);
    this.#free.push(...this.#used.splice(0));
  }
}
