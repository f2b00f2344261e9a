/**
 * Renders a recorded session: the same renderer code, the same callback, one thread, as fast as it goes. What was
 * concealed or faded live is concealed and faded here by the same native code, so the result is what the device got,
 * byte for byte; each block's checksum is compared with the one that the callback wrote down.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import type { CompiledPatch } from "../../modules/compiled_patch.ts";
import { ArenaChecksum } from "../checksum.ts";
import { logEntryWords } from "../constants.ts";
import { CommandLog, EntryField, Opcode } from "../log/command_log.ts";
import { SealTable } from "../log/seal_table.ts";
import { fixed, HandedFlag, structureBytes, within } from "../memory/layout.ts";
import { SharedMemory } from "../memory/shared_memory.ts";
import { type PatchExports, Renderer } from "../renderer/renderer.ts";
import { blockRecordWords, type SessionHeader } from "./session_format.ts";
import { SessionDamaged, type SessionReader } from "./session_reader.ts";

export interface SessionRenderOptions {
  readonly reader: SessionReader;
  readonly patch: Pick<CompiledPatch, "module" | "arena">;
  readonly checksum: WebAssembly.Module;
  readonly native: NativeLibrary;
  /** Gets the interleaved samples of consecutive blocks; the array is reused after it resolves. */
  readonly onSamples: (samples: Float32Array<ArrayBuffer>) => Promise<void>;
}

export interface SessionRenderResult {
  readonly frames: number;
  /** Blocks whose checksum differs from what the device got. Anything but 0 is a defect. */
  readonly differingBlocks: number;
  readonly firstDifferingBlock: number | undefined;
  readonly concealedBlocks: number;
  /** The session was closed properly: nothing is missing at its end. */
  readonly complete: boolean;
}

/** Blocks rendered between two turns of the event loop. */
const chunkBlocks = 256;

export async function renderSession(options: SessionRenderOptions): Promise<SessionRenderResult> {
  const { reader } = options;
  const offline = new OfflineEngine(options, await quarantinedPositions(reader));
  const pending: Int32Array[] = [];
  const inputs = new Map<number, Float32Array<ArrayBuffer>>();
  let complete = false;
  const renderPending = async () => {
    for (const records of pending) await offline.renderBlocks(records, inputs, options.onSamples);
    pending.length = 0;
    inputs.clear();
  };
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    const words = chunk.type === "HEAD" || chunk.type === "PTCH" || chunk.type === "DONE"
      ? new Int32Array()
      : new Int32Array(chunk.payload.buffer);
    switch (chunk.type) {
      case "CMDS":
        await renderPending();
        offline.takeCommands(words);
        break;
      case "QUAR":
        break; // read beforehand: it may stand behind the blocks that it is about
      case "BLKS":
        await renderPending();
        pending.push(words);
        break;
      case "INPT":
        inputs.set(words[0], new Float32Array(chunk.payload.buffer, 4));
        break;
      case "GAP ":
        throw new SessionDamaged(
          `${words[1]} blocks from block ${words[0] >>> 0} on were not recorded: cannot render beyond`,
        );
      case "DONE":
        complete = reader.atEnd;
        break;
    }
  }
  await renderPending();
  return { ...offline.result, complete };
}

/** Reads the file through for commands that are left out, and goes back to its beginning. */
async function quarantinedPositions(reader: SessionReader): Promise<Set<number>> {
  const positions = new Set<number>();
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    if (chunk.type === "QUAR") positions.add(new Int32Array(chunk.payload.buffer)[0]);
  }
  await reader.rewind();
  return positions;
}

/** Dimensions of the shared memory that plays `header` again. */
function sessionMemory(header: SessionHeader, arenaBytes: number): SharedMemory {
  return SharedMemory.create({
    sampleRateHz: header.sampleRateHz,
    blockFrames: header.blockFrames,
    channels: header.channels,
    inputChannels: header.inputChannels,
    lookaheadBlocks: header.lookaheadBlocks,
    startBlock: header.startBlock,
    startLogPosition: header.startLogPosition,
    stateCheckBlocks: 1,
    snapshotBlocks: 1,
    arenaBytes,
    captureFrames: 0,
  });
}

class OfflineEngine {
  readonly #memory: SharedMemory;
  readonly #renderer: Renderer;
  readonly #log: CommandLog;
  readonly #seals: SealTable;
  readonly #native: NativeLibrary;
  readonly #base: Deno.PointerValue;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #quarantined: ReadonlySet<number>;
  readonly #silence: Float32Array<ArrayBuffer>;
  #differing = 0;
  #firstDiffering: number | undefined;
  #concealed = 0;
  #blocks = 0;

  constructor({ reader, patch, checksum, native }: SessionRenderOptions, quarantined: ReadonlySet<number>) {
    this.#quarantined = quarantined;
    const { header } = reader;
    this.#memory = sessionMemory(header, patch.arena.bytes);
    this.#log = new CommandLog(this.#memory);
    this.#seals = new SealTable(this.#memory);
    this.#seals.reset(header.startBlock);
    const exports = new WebAssembly.Instance(patch.module).exports as unknown as PatchExports;
    this.#renderer = new Renderer(
      this.#memory,
      0,
      patch,
      exports,
      new ArenaChecksum(checksum, exports.memory),
      header.seed,
    );
    this.#native = native;
    this.#base = Deno.UnsafePointer.of(this.#memory.bytes);
    this.#samples = new Float32Array(chunkBlocks * header.blockFrames * header.channels);
    this.#silence = new Float32Array(header.blockFrames * header.inputChannels);
    this.#memory.words[fixed.control.play.index] = 1;
  }

  get result(): Omit<SessionRenderResult, "complete"> {
    return {
      frames: this.#blocks * this.#memory.geometry.blockFrames,
      differingBlocks: this.#differing,
      firstDifferingBlock: this.#firstDiffering,
      concealedBlocks: this.#concealed,
    };
  }

  takeCommands(words: Int32Array): void {
    if (words[0] !== this.#log.head) {
      throw new SessionDamaged(
        `commands from ${words[0] >>> 0} on found, expected from ${this.#log.head >>> 0}`,
      );
    }
    this.#log.release(this.#renderer.logPosition);
    for (let at = 1; at < words.length; at += logEntryWords) {
      const entry = words.slice(at, at + logEntryWords);
      if (this.#quarantined.has(entry[EntryField.position])) entry[EntryField.opcode] = Opcode.none;
      this.#log.appendRaw(entry);
    }
  }

  async renderBlocks(
    records: Int32Array,
    inputs: ReadonlyMap<number, Float32Array<ArrayBuffer>>,
    onSamples: SessionRenderOptions["onSamples"],
  ): Promise<void> {
    const { blockFrames, channels } = this.#memory.geometry;
    const blockSamples = blockFrames * channels;
    let filled = 0;
    for (let at = 1; at < records.length; at += blockRecordWords) {
      const output = this.#samples.subarray(filled * blockSamples, (filled + 1) * blockSamples);
      this.#renderBlock(records[at], records[at + 1], records[at + 2], inputs, output);
      if (++filled === chunkBlocks) {
        await onSamples(this.#samples);
        filled = 0;
      }
    }
    if (filled > 0) await onSamples(this.#samples.subarray(0, filled * blockSamples));
  }

  #renderBlock(
    sealAndFlags: number,
    low: number,
    high: number,
    inputs: ReadonlyMap<number, Float32Array<ArrayBuffer>>,
    output: Float32Array<ArrayBuffer>,
  ): void {
    const { geometry, words } = this.#memory;
    const { block } = this.#renderer;
    const flags = sealAndFlags >>> 16;
    this.#seals.restore(block, sealAndFlags & 0xFFFF);
    this.#renderer.renderBlock();
    words[fixed.control.roleRing.index] = flags & HandedFlag.concealed ? 0 : 1;
    words[fixed.control.stop.index] = flags & HandedFlag.faded ? 1 : 0;
    const input = inputs.get(block) ?? this.#silence;
    this.#native.symbols.us_callback(input, output, BigInt(geometry.blockFrames), null, 0n, this.#base);
    const handed = (geometry.handedOffset + (block & (geometry.handedCount - 1)) * structureBytes.handed) / 4;
    const same = words[handed + within.handed.checksumLow.index] === low &&
      words[handed + within.handed.checksumHigh.index] === high;
    if (!same) {
      this.#differing++;
      this.#firstDiffering ??= block >>> 0;
    }
    if (flags & HandedFlag.concealed) this.#concealed++;
    this.#blocks++;
  }
}
