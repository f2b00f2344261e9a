import type { CompiledPatch, PatchDescription } from "../../compiler/graph/compiled_patch.ts";
import { ArenaChecksum } from "../memory/checksum.ts";
import { firstPlayerWord, playerCount, playerWords } from "../memory/constants.ts";

/** Exports that `CompiledPatch` promises. */
export interface PatchExports {
  readonly memory: WebAssembly.Memory;
  initialize(seed: number): void;
  note_on(instrument: number, id: number, number: number, velocity: number): void;
  note_off(instrument: number, id: number): void;
  pedal(instrument: number, down: number): void;
  express(instrument: number, id: number, kind: number, value: number): void;
  express_all(instrument: number, kind: number, value: number): void;
  panic(): void;
  set_parameter(index: number, value: number): void;
  get_parameter(index: number): number;
  render(offset: number, frames: number): void;
}

/** An instance of a patch, with an arena of its own. All instances read the same samples. */
export function instantiatePatch(
  { module, arena, sampleMemory }: Pick<CompiledPatch, "module" | "arena" | "sampleMemory">,
): PatchExports {
  const pages = arena.bytes / 65_536;
  const imports = sampleMemory && {
    memory: new WebAssembly.Memory({ initial: pages, maximum: pages }),
    samples: sampleMemory,
  };
  const instance = new WebAssembly.Instance(module, imports && { understudy: imports });
  return instance.exports as unknown as PatchExports;
}

/** A patch whose code is instantiated, its memory untouched. */
export interface PreparedPatch {
  /** Patches are numbered in the order in which they were loaded; the one that the engine started with is 0. */
  readonly number: number;
  readonly description: PatchDescription;
  readonly exports: PatchExports;
  readonly checksum: ArenaChecksum;
}

/** Instances of a patch and of the checksum over its arena; their code was compiled before and is shared by all renderers. */
export function preparePatch(
  number: number,
  patch: Omit<CompiledPatch, "wasm">,
  checksum: WebAssembly.Module,
): PreparedPatch {
  const exports = instantiatePatch(patch);
  return { number, description: patch, exports, checksum: new ArenaChecksum(checksum, exports.memory) };
}

/**
/**
 * Words of the host region, from its start. `lookahead` holds for the block that comes next; `voiceLimit`: voices that may sound,
 * 0 for all; `players`: one bit for each player of streams that has a file; `streams`: 1 while the buses may hold sound. The pending
 * queue follows: `pending` entries from place `first` on; behind it, at the end, the players.
 */
export const Host = {
  block: 0,
  logPosition: 1,
  pending: 2,
  first: 3,
  lookahead: 4,
  /** 1 where renderers began at an anchor of the log, and its position. */
  anchored: 5,
  anchor: 6,
  voiceLimit: 7,
  players: 8,
  streams: 9,
  queue: 16,
} as const;

export interface PatchInstanceOptions {
  /** Frames of a block, at most what the patch was compiled for. */
  readonly blockFrames: number;
  readonly seed: number;
  /** Bytes of the arena that are copied, or touched, at once. */
  readonly pieceBytes: number;
}

/** One patch inside one renderer: its code, its arena, and the views of it that rendering needs. Renderer thread. */
export class PatchInstance {
  readonly number: number;
  readonly description: PatchDescription;
  readonly exports: PatchExports;
  readonly checksum: ArenaChecksum;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** Interleaved frames of the current block. */
  readonly output: Float32Array<ArrayBuffer>;
  readonly input: Float32Array<ArrayBuffer>;
  /** Buses of the streams for the current block, in the rows of `ArenaLayout.streams`; empty where the patch hears none. */
  readonly streams: Float32Array<ArrayBuffer>;
  /** State of all players of streams. */
  readonly players: Int32Array<ArrayBuffer>;
  /** Index of the first word of the host region. */
  readonly host: number;
  /** The arena in the pieces that are copied at once. */
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  readonly #seed: number;
  #touched = 0;

  /** It plays once {@link makeReady} has said so. */
  constructor(
    { number, description, exports, checksum }: PreparedPatch,
    options: PatchInstanceOptions,
  ) {
    const { blockFrames, seed, pieceBytes } = options;
    const { arena } = description;
    const buffer = exports.memory.buffer as ArrayBuffer;
    this.number = number;
    this.description = description;
    this.exports = exports;
    this.checksum = checksum;
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.output = new Float32Array(buffer, arena.outputOffset, blockFrames * arena.channels);
    this.input = new Float32Array(buffer, arena.inputOffset, blockFrames * arena.inputChannels);
    const rows = Math.ceil((arena.streams?.buses ?? 0) / arena.channels);
    this.streams = new Float32Array(
      buffer,
      arena.streams?.offset ?? 0,
      rows * arena.maximumBlockFrames * arena.channels,
    );
    this.host = arena.hostOffset / 4;
    this.players = this.words.subarray(
      this.host + firstPlayerWord,
      this.host + firstPlayerWord + playerCount * playerWords,
    );
    this.pieces = Array.from(
      { length: Math.ceil(this.bytes.length / pieceBytes) },
      (_, piece) => this.bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes),
    );
    this.#seed = seed;
  }

  /**
   * Touches the pages of the next piece, because a page that was never written costs a fault at its first block; after the
   * last piece the patch is initialised. A renderer that plays calls it between its blocks.
   *
   * @returns whether the patch can play
   */
  makeReady(): boolean {
    if (this.#touched === this.pieces.length) return true;
    const piece = this.pieces[this.#touched++];
    for (let at = 0; at < piece.length; at += 4_096) piece[at] |= 0;
    if (this.#touched < this.pieces.length) return false;
    this.exports.initialize(this.#seed | 0);
    return true;
  }
}
