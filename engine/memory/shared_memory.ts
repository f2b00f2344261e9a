import { invariant } from "../../foundation/invariant.ts";
import {
  type Dimensions,
  fixed,
  fixedBytes,
  type Geometry,
  geometryOf,
  layoutMagic,
  layoutVersion,
  sections,
  within,
} from "./layout.ts";
import { inputSlotIndex } from "./places.ts";

const geometryFields = (Object.keys(sections.geometry.fields) as (keyof Geometry)[]).map((name) => ({
  name,
  isFloat: fixed.geometry[name].type === "f32",
  index: fixed.geometry[name].index,
}));

/**
 * The memory that all threads share, with the views that JavaScript needs. The main isolate makes it once with
 * {@link SharedMemory.create}; renderers attach to the same buffer with {@link SharedMemory.attach}.
 *
 * Views are made once: `words` for atomics (signed, because only `Int32Array` loads stay free of allocation near the
 * wrap), `wide` for 64-bit counters, which only the main isolate reads.
 */
export class SharedMemory {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly wide: BigUint64Array<SharedArrayBuffer>;
  readonly floats: Float32Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly geometry: Geometry;

  private constructor(buffer: SharedArrayBuffer, geometry: Geometry) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    this.wide = new BigUint64Array(buffer);
    this.floats = new Float32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.geometry = geometry;
  }

  /**
   * Lays the memory out, writes the geometry, and marks every table empty. Pages are touched, so none faults later; those of
   * the snapshots are not, because they may be many and no block waits for them, nor those of the output ring, which
   * `OutputRing` touches when it is needed, nor the pages of streams, which their reader fills.
   *
   * @param allocate gives the buffer, all zero; by default one that only the threads of this process share
   */
  static create(
    dimensions: Dimensions,
    allocate = (bytes: number) => new SharedArrayBuffer(bytes),
  ): SharedMemory {
    const geometry = geometryOf(dimensions);
    const memory = new SharedMemory(allocate(geometry.totalBytes), geometry);
    memory.bytes.fill(0, 0, geometry.snapshotOffset);
    memory.bytes.fill(0, geometry.captureOffset, geometry.outputOffset);
    memory.bytes.fill(0, geometry.pageBucketOffset);
    for (const { name, isFloat, index } of geometryFields) {
      (isFloat ? memory.floats : memory.words)[index] = geometry[name];
    }
    memory.words[fixed.callback.consumed.index] = geometry.startBlock;
    memory.words[fixed.log.head.index] = geometry.startLogPosition;
    memory.words[fixed.control.lookaheadBlocks.index] = geometry.lookaheadBlocks;
    for (let back = 1; back <= geometry.inputSlots; back++) { // what was captured before the first block: silence
      const block = (geometry.startBlock - back) | 0;
      memory.words[inputSlotIndex(memory, block) + within.inputSlot.tag.index] = block;
    }
    return memory;
  }

  /** A copy in another buffer, before any other thread has it. Main isolate. */
  copiedTo(allocate: (bytes: number) => SharedArrayBuffer): SharedMemory {
    const buffer = allocate(this.bytes.length);
    new Uint8Array(buffer).set(this.bytes.subarray(0, this.geometry.outputOffset)); // nobody records yet
    return SharedMemory.attach(buffer);
  }

  /** The memory that another isolate, or another process, has made. Throws InvariantError when it is of another version or size. */
  static attach(buffer: SharedArrayBuffer): SharedMemory {
    const words = new Int32Array(buffer);
    const { magic, version, totalBytes } = fixed.geometry;
    invariant(
      buffer.byteLength >= fixedBytes && words[magic.index] === layoutMagic,
      "shared memory: expected an engine's, found something else",
    );
    invariant(
      words[version.index] === layoutVersion,
      `shared memory: expected layout version ${layoutVersion}, found ${words[version.index]}`,
    );
    invariant(
      words[totalBytes.index] >>> 0 === buffer.byteLength,
      `shared memory: expected ${words[totalBytes.index] >>> 0} bytes, found ${buffer.byteLength}`,
    );
    const floats = new Float32Array(buffer);
    const geometry = Object.fromEntries(
      geometryFields.map(({ name, isFloat, index }) => [name, isFloat ? floats[index] : words[index] >>> 0]),
    ) as unknown as Geometry;
    return new SharedMemory(buffer, geometry);
  }

  /** A 64-bit counter of the callback as a number; exact below 2^53. Main isolate only: it allocates. */
  counter(name: keyof typeof sections.counters.fields): number {
    return Number(this.wide[fixed.counters[name].index]);
  }

  /** How far renderers are to run ahead of the device; `Lookahead` changes it while the engine plays. Any thread. */
  lookaheadBlocks(): number {
    return Atomics.load(this.words, fixed.control.lookaheadBlocks.index);
  }

  /** Block that the device takes next. Any thread; never ahead of the truth. */
  consumed(): number {
    return Atomics.load(this.words, fixed.callback.consumed.index);
  }
}

/** Distance from block `b` to block `a`, correct across the wrap at 2^32 as long as they are less than 2^31 apart. */
export function blocksBetween(a: number, b: number): number {
  return (a - b) | 0;
}
