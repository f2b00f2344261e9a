/**
 * Renders a recorded session: the same renderer code, the same callback, one thread, as fast as it goes. Blocks
 * that were concealed or faded live are concealed and faded here by the same native code, so the result equals the live
 * output byte for byte; each block's checksum is compared with the one that the callback recorded.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { logEntryWords } from "../memory/constants.ts";
import { type Anchor, EntryField, instrumentShift, Opcode, opcodeMask } from "../log/command_log.ts";
import { DeliveredFlag } from "../memory/layout.ts";
import { blocksBetween } from "../memory/shared_memory.ts";
import { OfflineEngine, type OfflineEngineOptions } from "./offline_engine.ts";
import { SampleLoader } from "../samples/sample_loader.ts";
import {
  blockRecordWords,
  type ChunkType,
  decodeFile,
  decodeLate,
  decodePatch,
  decodeSnapshot,
  type RecordedPatch,
} from "../session/session_format.ts";
import type { StreamedFile } from "../streams/streamed_file.ts";
import type { SessionReader } from "../session/session_reader.ts";
import { SessionDamagedError } from "../session/session_damaged_error.ts";

export interface SessionRenderOptions {
  readonly reader: SessionReader;
  readonly checksum: WebAssembly.Module;
  readonly native: NativeLibrary;
  /** Folder of the samples; omitted: the one of the recording. */
  readonly sampleFolder?: string;
  /**
   * Name of the instrument whose notes alone are played; empty: none. Omitted: all, as it was live. With it, blocks differ from what the
   * device got.
   */
  readonly stem?: string;
  /** Told the most frames that may come, before the work begins. */
  readonly onLength?: (frames: number) => Promise<void>;
  /** Asked between chunks of the file: whether the rest is not wanted. */
  readonly isEnough?: () => boolean;
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

/** Bits of an instrument's index in an entry. */
const maxInstrument = 0xFFFF;

/** Blocks rendered between two turns of the event loop. */
const chunkBlocks = 256;

/**
 * Renders a session to its end.
 *
 * @throws {SessionDamagedError} where it cannot go on; `SampleError` when a sample is missing or is another one than it was
 */
export async function renderSession(options: SessionRenderOptions): Promise<SessionRenderResult> {
  const { reader } = options;
  const samples = new SampleLoader();
  const playable = async (recorded: RecordedPatch): Promise<PlayablePatch> => {
    const { description, wasm } = recorded;
    const bank = description.samples &&
      await samples.loadRecorded(description.samples, options.sampleFolder);
    return { ...description, module: new WebAssembly.Module(wasm), sampleMemory: bank?.memory };
  };
  const recordedFirst = await reader.patch();
  const first = { number: recordedFirst.number, patch: await playable(recordedFirst) };
  const ahead = await readAhead(reader);
  const offline = new SessionReplay(options, first, ahead);
  await options.onLength?.(ahead.blocks * reader.header.blockFrames);
  let hasBegun = false;
  const pending: Int32Array[] = [];
  const inputs = new Map<number, Float32Array<ArrayBuffer>>();
  let complete = false;
  const renderPending = async () => {
    for (const records of pending) await offline.renderBlocks(records, inputs, options.onSamples);
    pending.length = 0;
    inputs.clear();
  };
  for (let chunk = await reader.next(); chunk && !options.isEnough?.(); chunk = await reader.next()) {
    const words = withoutWords.includes(chunk.type) ? new Int32Array() : new Int32Array(chunk.payload.buffer);
    if (chunk.type === "CMDS" || chunk.type === "BLKS") hasBegun = true;
    switch (chunk.type) {
      case "PTCH": {
        await renderPending();
        const recorded = decodePatch(chunk.payload);
        // the first is there already
        if (recorded.number > first.number) offline.addPatch(recorded.number, await playable(recorded));
        break;
      }
      case "SNAP": // a later one is for readers that want only the end
        if (!hasBegun) offline.restore(decodeSnapshot(chunk.payload));
        break;
      case "CMDS":
        await renderPending();
        offline.takeCommands(words);
        break;
      case "QUAR":
      case "FILE":
      case "LATE":
        break; // read ahead: it may follow the blocks that it concerns
      case "BLKS":
        await renderPending();
        pending.push(words);
        break;
      case "INPT": {
        const samples = new Float32Array(chunk.payload.buffer, 4);
        // a file that begins with a state has what was captured before it and is heard after it
        if (!offline.captureEarlier(words[0], samples)) inputs.set(words[0], samples);
        break;
      }
      case "GAP ":
        await renderPending();
        throw new SessionDamagedError(
          `${words[1]} blocks from block ${words[0] >>> 0} on were not recorded: cannot render beyond`,
        );
      case "DONE":
        complete = reader.atEnd;
        break;
    }
  }
  await renderPending();
  await offline.close();
  return { ...offline.result, complete };
}

/** Chunks whose payload is no list of words. */
const withoutWords: readonly ChunkType[] = ["HEAD", "PTCH", "SNAP", "MARK", "FILE", "SHOW", "DONE"];

/** What a render must know before it comes there. */
interface Ahead {
  /** Blocks in the file; those that it has twice are counted twice. */
  readonly blocks: number;
  /** Positions of commands that are left out. */
  readonly quarantined: ReadonlySet<number>;
  /** Commands that were heard before they were found, by the search that found them. */
  readonly rewinds: readonly Rewind[];
  /** Where renderers began again, in the order of the blocks. */
  readonly anchors: readonly AnchorAhead[];
  /** Files that players have played from the disk, by their numbers; the players that were late, one bit each, by block. */
  readonly files: ReadonlyMap<number, StreamedFile>;
  readonly late: ReadonlyMap<number, number>;
}

/** From `block` on, renderers are heard that have replayed from the state of `originBlock` without the commands. */
interface Rewind {
  readonly originBlock: number;
  readonly block: number;
  readonly positions: number[];
}

interface AnchorAhead extends Anchor {
  /** The first of the concealed blocks right before it; one of them is the one on which all renderers broke. */
  readonly concealedFrom: number;
}

/** Reads the file through for commands that are left out and for anchors, and goes back to its beginning. */
async function readAhead(reader: SessionReader): Promise<Ahead> {
  const quarantined = new Set<number>();
  const found: Anchor[] = [];
  const rewinds: Rewind[] = [];
  const anchors: AnchorAhead[] = [];
  const files = new Map<number, StreamedFile>();
  const late = new Map<number, number>();
  let concealedFrom: number | undefined;
  let blocks = 0;
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    if (chunk.type === "FILE") {
      const file = decodeFile(chunk.payload);
      files.set(file.number, file);
    }
    if (chunk.type === "LATE") {
      decodeLate(chunk.payload).forEach(([block, players]) => late.set(block, players));
    }
    if (chunk.type !== "QUAR" && chunk.type !== "CMDS" && chunk.type !== "BLKS") continue;
    const words = new Int32Array(chunk.payload.buffer);
    if (chunk.type === "QUAR") {
      const [position, originBlock, block] = words;
      const rewind = rewinds.find((other) => other.originBlock === originBlock && other.block === block);
      if (originBlock === undefined) quarantined.add(position);
      else if (rewind) rewind.positions.push(position);
      else rewinds.push({ originBlock, block, positions: [position] });
    }
    if (chunk.type === "CMDS") found.push(...anchorsIn(words));
    if (chunk.type !== "BLKS") continue;
    blocks += (words.length - 1) / blockRecordWords;
    for (let at = 1; at < words.length; at += blockRecordWords) {
      const block = (words[0] + (at - 1) / blockRecordWords) | 0;
      const isConcealed = ((words[at] >>> 16) & DeliveredFlag.concealed) !== 0;
      const anchor = found.find((anchor) => anchor.block === block && !quarantined.has(anchor.position));
      if (anchor) anchors.push({ ...anchor, concealedFrom: concealedFrom ?? block });
      concealedFrom = isConcealed ? concealedFrom ?? block : undefined;
    }
  }
  await reader.rewind();
  return {
    blocks,
    quarantined,
    rewinds,
    files,
    late,
    anchors: anchors.filter(({ position }) => !quarantined.has(position)),
  };
}

function anchorsIn(commands: Int32Array): Anchor[] {
  const anchors: Anchor[] = [];
  for (let at = 1; at < commands.length; at += logEntryWords) {
    if ((commands[at + EntryField.opcode] & opcodeMask) !== Opcode.anchor) continue;
    anchors.push({
      position: commands[at + EntryField.position],
      block: commands[at + EntryField.block],
      patch: commands[at + EntryField.target],
    });
  }
  return anchors;
}

type PlayablePatch = OfflineEngineOptions["patch"];

/** Plays the recorded blocks again and compares each with what was delivered. */
class SessionReplay {
  readonly #engine: OfflineEngine;
  readonly #blockFrames: number;
  readonly #blockSamples: number;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #ahead: Ahead;
  readonly #patches: Map<number, PlayablePatch>;
  readonly #stem: string | undefined;
  /** The patch that the next commands of the log mean. */
  #meantPatch: number;
  #differing = 0;
  #firstDiffering: number | undefined;
  #concealed = 0;
  #blocks = 0;

  constructor(
    options: SessionRenderOptions,
    { number, patch }: { readonly number: number; readonly patch: PlayablePatch },
    ahead: Ahead,
  ) {
    const { header } = options.reader;
    this.#engine = new OfflineEngine({
      ...options,
      ...header,
      patch,
      patchNumber: number,
      files: ahead.files,
    });
    this.#blockFrames = header.blockFrames;
    this.#blockSamples = header.blockFrames * header.channels;
    this.#samples = new Float32Array(chunkBlocks * this.#blockSamples);
    this.#ahead = ahead;
    this.#patches = new Map([[number, patch]]);
    this.#stem = options.stem;
    this.#meantPatch = number;
  }

  get result(): Omit<SessionRenderResult, "complete"> {
    return {
      frames: this.#blocks * this.#blockFrames,
      differingBlocks: this.#differing,
      firstDifferingBlock: this.#firstDiffering,
      concealedBlocks: this.#concealed,
    };
  }

  /** Gives files back. */
  close(): Promise<void> {
    return this.#engine.close();
  }

  /** A patch that was loaded while it played. */
  addPatch(number: number, patch: PlayablePatch): void {
    this.#patches.set(number, patch);
    this.#engine.addPatch(number, patch);
  }

  /** Takes in what was captured before the next block; false for later blocks, whose input goes with them. */
  captureEarlier(block: number, samples: Float32Array<ArrayBuffer>): boolean {
    const isEarlier = blocksBetween(this.#engine.block, block) > 0;
    if (isEarlier) this.#engine.captureInput(block, samples);
    return isEarlier;
  }

  /** Begins with a recorded state instead of the initial one. */
  restore(snapshot: Parameters<OfflineEngine["restore"]>[0]): void {
    this.#engine.restore(snapshot);
  }

  /** A file that begins with a snapshot may repeat commands and blocks from before it. */
  takeCommands(words: Int32Array): void {
    const { log } = this.#engine;
    if (blocksBetween(words[0], log.head) > 0) {
      throw new SessionDamagedError(
        `commands from ${words[0] >>> 0} on found, expected from ${log.head >>> 0}`,
      );
    }
    this.#engine.releaseCommands();
    for (let at = 1; at < words.length; at += logEntryWords) {
      const entry = words.slice(at, at + logEntryWords);
      if (entry[EntryField.position] !== log.head) continue;
      if (this.#ahead.quarantined.has(entry[EntryField.position])) entry[EntryField.opcode] = Opcode.none;
      if (this.#stem !== undefined) this.#keepStem(entry, this.#stem);
      log.appendRaw(entry);
    }
  }

  /** Takes the note of another instrument out of an entry. */
  #keepStem(entry: Int32Array, stem: string): void {
    const opcode = entry[EntryField.opcode] & opcodeMask;
    if (opcode === Opcode.exchange) this.#meantPatch = entry[EntryField.target];
    if (opcode !== Opcode.noteOn) return;
    const instrument = (entry[EntryField.opcode] >>> instrumentShift) & maxInstrument;
    if (this.#patches.get(this.#meantPatch)?.instruments[instrument] !== stem) {
      entry[EntryField.opcode] = Opcode.none;
    }
  }

  async renderBlocks(
    records: Int32Array,
    inputs: ReadonlyMap<number, Float32Array<ArrayBuffer>>,
    onSamples: SessionRenderOptions["onSamples"],
  ): Promise<void> {
    const size = this.#blockSamples;
    let filled = 0;
    const repeated = Math.max(0, blocksBetween(this.#engine.block, records[0]));
    for (let at = 1 + repeated * blockRecordWords; at < records.length; at += blockRecordWords) {
      const output = this.#samples.subarray(filled * size, (filled + 1) * size);
      await this.#renderBlock(records[at], records[at + 1], records[at + 2], inputs, output);
      if (++filled === chunkBlocks) {
        await onSamples(this.#samples);
        filled = 0;
      }
    }
    if (filled > 0) await onSamples(this.#samples.subarray(0, filled * size));
  }

  async #renderBlock(
    sealAndFlags: number,
    low: number,
    high: number,
    inputs: ReadonlyMap<number, Float32Array<ArrayBuffer>>,
    output: Float32Array<ArrayBuffer>,
  ): Promise<void> {
    const { block } = this.#engine;
    const flags = sealAndFlags >>> 16;
    const replay = {
      seal: sealAndFlags & 0xFFFF,
      concealed: (flags & DeliveredFlag.concealed) !== 0,
      faded: (flags & DeliveredFlag.faded) !== 0,
      input: inputs.get(block),
      late: this.#ahead.late.get(block),
    };
    if (this.#isSkipped(block)) this.#engine.skipBlock(output, replay);
    else {
      this.#beginAt(block);
      await this.#rewindAt(block);
      if (this.#ahead.files.size === 0) this.#engine.renderBlock(output, replay);
      else await this.#engine.renderBlockOfFiles(output, replay);
    }
    if (!this.#engine.hasChecksum(low, high)) {
      this.#differing++;
      this.#firstDiffering ??= block >>> 0;
    }
    if (flags & DeliveredFlag.concealed) this.#concealed++;
    this.#blocks++;
  }

  /** Whether a block was given up: nobody rendered it, and renderers began again after it. */
  #isSkipped(block: number): boolean {
    return this.#ahead.anchors.some((anchor) =>
      blocksBetween(block, anchor.concealedFrom) >= 0 && blocksBetween(block, anchor.block) < 0
    );
  }

  /** Keeps the state where one is needed later, and goes back to it when it is. */
  async #rewindAt(block: number): Promise<void> {
    const { rewinds } = this.#ahead;
    for (const rewind of rewinds.filter((rewind) => rewind.block === block)) {
      await this.#engine.rewind(rewind, this.#patches);
      const isLast = rewinds.findLast(({ originBlock }) => originBlock === rewind.originBlock) === rewind;
      if (isLast) this.#engine.forgetState(rewind.originBlock);
    }
    if (rewinds.some(({ originBlock }) => originBlock === block)) this.#engine.keepState();
  }

  #beginAt(block: number): void {
    const anchor = this.#ahead.anchors.find((anchor) => anchor.block === block);
    if (!anchor) return;
    const patch = this.#patches.get(anchor.patch);
    if (!patch) {
      throw new SessionDamagedError(
        `the session lacks patch ${anchor.patch}, which plays from block ${block >>> 0} on`,
      );
    }
    this.#engine.begin(anchor, patch);
  }
}
