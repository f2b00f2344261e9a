/**
 * The engine without time: one renderer and the native callback in one thread, block after block, as fast as they go.
 * Renderer, seal and callback are those that play live, so they turn the same commands into the same bytes.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { type Anchor, CommandLog } from "../log/command_log.ts";
import { SealTable } from "../log/seal_table.ts";
import { StreamSeals } from "../log/stream_seals.ts";
import { type Dimensions, fixed, within } from "../memory/layout.ts";
import { deliveredIndex, deliveredPeaksIndex, inputSamplesIndex } from "../memory/places.ts";
import { blocksBetween, SharedMemory } from "../memory/shared_memory.ts";
import { preparePatch } from "../renderer/patch_instance.ts";
import { Renderer } from "../renderer/renderer.ts";
import { PageLoader } from "../streams/page_loader.ts";
import type { StreamedFile } from "../streams/streamed_file.ts";

/** The patch that is played, and its format. */
export interface OfflineEngineOptions extends
  Pick<
    Dimensions,
    "sampleRateHz" | "blockFrames" | "channels" | "inputChannels" | "lookaheadBlocks" | "ceiling"
  > {
  readonly patch: Omit<CompiledPatch, "wasm">;
  readonly checksum: WebAssembly.Module;
  readonly native: NativeLibrary;
  readonly seed: number;
  /** Number of the patch, 0 by default. */
  readonly patchNumber?: number;
  /** Number of the first block and position of the first command; 0 by default. */
  readonly startBlock?: number;
  readonly startLogPosition?: number;
  /** Files that are played from the disk, by their numbers; omitted: none. */
  readonly files?: ReadonlyMap<number, StreamedFile>;
}

/** What happened live to a block that is rendered again; all omitted: nothing went wrong. */
export interface Replay {
  /** Low 16 bits of the log position that was sealed; omitted: the block hears every command appended so far. */
  readonly seal?: number;
  /** No renderer had the block, and the callback concealed it. */
  readonly concealed?: boolean;
  /** The engine was fading out. */
  readonly faded?: boolean;
  /** Captured samples, interleaved; omitted: silence. */
  readonly input?: Float32Array<ArrayBuffer>;
  /** One bit for each player of streams that was silent because its file was not read in time; omitted: none. */
  readonly late?: number;
}

/** Pages of files that are played from the disk: more than all players need in the longest block. */
const pageCount = 1_024;

interface KeptState {
  /** Number of the patch. */
  readonly patch: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly logPosition: number;
}

export class OfflineEngine {
  readonly log: CommandLog;
  readonly #memory: SharedMemory;
  readonly #renderer: Renderer;
  readonly #seals: SealTable;
  readonly #streamSeals: StreamSeals;
  /** Undefined: no file is played from the disk. */
  readonly #pages: PageLoader | undefined;
  readonly #native: NativeLibrary;
  readonly #checksum: WebAssembly.Module;
  readonly #base: Deno.PointerValue;
  readonly #silence: Float32Array<ArrayBuffer>;
  /** The block that was delivered last. */
  #delivered = 0;
  #skipping = false;
  /** States by the block at whose start they were. */
  readonly #kept = new Map<number, KeptState>();

  constructor(options: OfflineEngineOptions) {
    const { patch, patchNumber = 0, checksum, native, seed, startBlock = 0, startLogPosition = 0 } = options;
    const { files = new Map<number, StreamedFile>() } = options;
    this.#memory = SharedMemory.create({
      ...options,
      startBlock,
      startLogPosition,
      stateCheckBlocks: 1,
      snapshotBlocks: 1,
      arenaBytes: patch.arena.bytes,
      captureFrames: 0,
      pageCount: files.size === 0 ? 0 : pageCount,
    });
    this.log = new CommandLog(this.#memory);
    this.#seals = new SealTable(this.#memory);
    this.#seals.reset(startBlock);
    this.#streamSeals = new StreamSeals(this.#memory);
    this.#streamSeals.reset(startBlock);
    this.#pages = files.size === 0 ? undefined : new PageLoader(this.#memory, files);
    this.#checksum = checksum;
    this.#renderer = new Renderer({
      memory: this.#memory,
      ring: 0,
      seed,
      patch: preparePatch(patchNumber, patch, checksum),
    });
    this.#native = native;
    this.#base = sharedMemoryPointer(native, this.#memory.bytes);
    this.#silence = new Float32Array(options.blockFrames * options.inputChannels);
    this.#memory.words[fixed.control.play.index] = 1;
  }

  /** Number of the next block, as a wrapping word. */
  get block(): number {
    return this.#memory.consumed();
  }

  /** Makes a further patch ready, so that the log can ask for it. */
  addPatch(number: number, patch: OfflineEngineOptions["patch"]): void {
    this.#renderer.prepare(preparePatch(number, patch, this.#checksum));
    while (!this.#renderer.prepareMore());
  }

  /** Begins with a state that was recorded at the first block. */
  restore(snapshot: { readonly patch: number; readonly arena: Uint8Array }): void {
    this.#renderer.restore(snapshot);
  }

  /** Puts what was captured before the next block where the renderer hears it; what is too old is left out. */
  captureInput(block: number, samples: Float32Array<ArrayBuffer>): void {
    if (blocksBetween(this.block, block) > this.#memory.geometry.inputSlots) return;
    this.#memory.floats.set(samples, inputSamplesIndex(this.#memory, block));
  }

  /** Makes room in the log: entries that the renderer has taken in, or will never take in, are not needed again. */
  releaseCommands(): void {
    const needed = this.#skipping ? this.log.head : this.#renderer.logPosition;
    this.log.release(
      [...this.#kept.values()].map(({ logPosition }) => logPosition)
        .reduce((a, b) => blocksBetween(b, a) < 0 ? b : a, needed),
    );
  }

  /** Keeps the state at the start of the next block, and the commands since, for {@link rewind}. */
  keepState(): void {
    const { playing, logPosition } = this.#renderer;
    this.#kept.set(this.block, { patch: playing.number, bytes: playing.bytes.slice(), logPosition });
  }

  /** No rewind goes back to the state of this block any more. */
  forgetState(block: number): void {
    this.#kept.delete(block);
  }

  /**
   * Goes back to the kept state of a block, and renders up to the present again without some commands. Nothing is delivered.
   *
   * @param patches every patch that may play from there on, by its number
   */
  async rewind(
    { originBlock, positions }: { readonly originBlock: number; readonly positions: readonly number[] },
    patches: ReadonlyMap<number, OfflineEngineOptions["patch"]>,
  ): Promise<void> {
    const kept = this.#kept.get(originBlock);
    if (kept === undefined) return;
    positions.forEach((position) => this.log.quarantine(position));
    // fresh instances, also of those that are exchanged for on the way
    for (const [number, patch] of patches) if (number >= kept.patch) this.addPatch(number, patch);
    this.#renderer.begin({ patch: kept.patch, block: originBlock, position: kept.logPosition });
    this.#renderer.playing.bytes.set(kept.bytes);
    while (this.#renderer.block !== this.block) await this.#render();
  }

  /** Delivers the next block as one that no renderer could render; an anchor follows. */
  skipBlock(output: Float32Array<ArrayBuffer>, { seal, faded, input }: Replay): void {
    this.#skipping = true;
    if (seal !== undefined) this.#seals.restore(this.block, seal);
    this.#deliver(output, { concealed: true, faded, input });
  }

  /** Begins again at an anchor, with the untouched state of a patch. */
  begin(anchor: Anchor, patch: OfflineEngineOptions["patch"]): void {
    this.addPatch(anchor.patch, patch);
    this.#renderer.begin(anchor);
    this.#skipping = false;
  }

  /** Renders the next block and delivers it into `output`, interleaved. */
  renderBlock(output: Float32Array<ArrayBuffer>, replay: Replay = {}): void {
    if (replay.seal !== undefined) this.#seals.restore(this.block, replay.seal);
    this.#renderer.renderBlock();
    this.#deliver(output, replay);
  }

  /** The same where files are played from the disk. */
  async renderBlockOfFiles(output: Float32Array<ArrayBuffer>, replay: Replay): Promise<void> {
    if (replay.seal !== undefined) this.#seals.restore(this.block, replay.seal);
    if (this.#pages !== undefined) this.#streamSeals.restore(this.block, replay.late ?? 0);
    await this.#render();
    this.#deliver(output, replay);
  }

  /** Gives the files back. */
  async close(): Promise<void> {
    await this.#pages?.close();
  }

  async #render(): Promise<void> {
    const pages = this.#pages;
    if (pages === undefined) this.#renderer.renderBlock();
    else await this.#renderer.renderBlockWith((needed) => pages.load(needed));
  }

  #deliver(output: Float32Array<ArrayBuffer>, { concealed, faded, input }: Replay): void {
    const { geometry, words } = this.#memory;
    const { block } = this;
    words[fixed.control.roleRing.index] = concealed ? 0 : 1;
    words[fixed.control.stop.index] = faded ? 1 : 0;
    const frames = BigInt(geometry.blockFrames);
    this.#native.symbols.us_callback(input ?? this.#silence, output, frames, null, 0n, this.#base);
    this.#delivered = block;
  }

  /** Whether the block rendered last has this checksum. */
  hasChecksum(low: number, high: number): boolean {
    const { words } = this.#memory;
    const entry = deliveredIndex(this.#memory, this.#delivered);
    return words[entry + within.delivered.checksumLow.index] === low &&
      words[entry + within.delivered.checksumHigh.index] === high;
  }

  /** Largest magnitude in the block rendered last. */
  get peak(): number {
    const first = deliveredPeaksIndex(this.#memory, this.#delivered);
    return Math.max(...this.#memory.floats.subarray(first, first + this.#memory.geometry.channels));
  }

  /** Samples beyond full scale, before the ceiling. */
  get overSamples(): number {
    return this.#memory.counter("overSamples");
  }

  /** Samples that were not finite and were replaced by zero. */
  get nonFiniteSamples(): number {
    return this.#memory.counter("nonFiniteSamples");
  }
}
