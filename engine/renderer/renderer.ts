/**
 * One renderer: turns the sealed log into blocks. The same code plays live in every Worker, offline, and under the
 * simulator; it does not know its role.
 *
 * A block is a sequence of steps, each a method, so that a scheduler can put anything between them:
 *
 *     (check) → (snapshot) → claim → takeCommands → hear → render → store → publish
 *
 * All state that can be heard is in the arena: the patch's part, and the host region with the block number, the log
 * position and the pending queue. Copying the arena at the start of a block is therefore a whole snapshot.
 *
 * Nothing here allocates after construction, except {@link Renderer.prepare} and the reading of a snapshot; nothing reads a clock or knows the time of day.
 */
import { type Anchor, EntryField, instrumentShift, Opcode, opcodeMask } from "../log/command_log.ts";
import { completePosition, sealLost, SealTable } from "../log/seal_table.ts";
import { fixed, within } from "../memory/layout.ts";
import {
  inputSamplesIndex,
  inputSlotIndex,
  logEntryIndex,
  slotIndex,
  slotSamplesIndex,
} from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { NeededPage } from "../memory/stream_pages.ts";
import { placeInSweep, regionsOf } from "../memory/sweep.ts";
import { takeOver } from "./state_transfer.ts";
import { Host, PatchInstance, type PreparedPatch } from "./patch_instance.ts";
import { isForPlayers } from "./player.ts";
import { clearPending, insertPending, pendingEntry, retractPending, takePending } from "./pending_queue.ts";
import { RendererStaleError } from "./renderer_stale_error.ts";
import { reportEndedNotes } from "./ended_notes.ts";
import { countVoices } from "./voice_count.ts";
import { limitVoices } from "./voice_limit.ts";
import { silenceVoices } from "./voice_silence.ts";
import { reportPlayers } from "./player_report.ts";
import { StreamMixer } from "./stream_mixer.ts";
import { logEntryWords, piecesOfLargeArenas } from "../memory/constants.ts";
import { reportIndex } from "../memory/seats.ts";
import { patchOfSnapshot, SnapshotCopy } from "./snapshot.ts";

/** The parts of a renderer. */
export interface RendererOptions {
  readonly memory: SharedMemory;
  /** Index of the ring, and of the seat, that this incarnation owns. */
  readonly ring: number;
  readonly seed: number;
  /** The patch that it begins with; others are added with {@link Renderer.prepare}. */
  readonly patch: PreparedPatch;
}

/** Pieces of a large arena are smaller: a renderer gives a sign of life after each, however slow the memory is. */
function pieceBytesOf(snapshotPieceBytes: number, arenaBytes: number): number {
  return arenaBytes <= snapshotPieceBytes ? snapshotPieceBytes : snapshotPieceBytes / piecesOfLargeArenas;
}

/** One incarnation: the patches it has, one of which plays, and the ring that it alone writes. Its own thread only. */
export class Renderer {
  /** Next block to render. Kept in the arena too, from where a snapshot restores it. */
  block: number;
  readonly #memory: SharedMemory;
  readonly #ring: number;
  readonly #seals: SealTable;
  readonly #seed: number;
  readonly #patches = new Map<number, PatchInstance>();
  readonly #blockFrames: number;
  readonly #blockBytes: number;
  readonly #fadeFrames: number;
  readonly #reportStart: number;
  #current: PatchInstance;
  /** The patch that was exchanged, while it fades out. */
  #leaving: PatchInstance | undefined;
  #fadePosition = 0;
  #newestPatch = 0;
  /** A further patch that is being made ready, and the oldest that may still be asked for then. */
  #preparing: PatchInstance | undefined;
  #oldestPatch = 0;
  readonly #copy: SnapshotCopy;
  /** Undefined: nothing is streamed. */
  readonly #streams: StreamMixer | undefined;
  readonly #isSkipped = (position: number) => this.#isQuarantined(position);
  /** The patch whose snapshot is being read. */
  #reading: PatchInstance | undefined;
  /** The log entry that is taken in. */
  readonly #entry = new Int32Array(logEntryWords);
  readonly #entryFloats = new Float32Array(this.#entry.buffer);
  #sealed = 0;
  /** The lookahead at the start of this block. An entry changes that of the next: this one's input may not be captured yet. */
  #inputDelay = 0;
  #checksumLow = 0;
  #checksumHigh = 0;
  #stateLow = 0;
  #stateHigh = 0;
  #regions = 0;

  constructor({ memory, ring, seed, patch }: RendererOptions) {
    const { geometry } = memory;
    this.#memory = memory;
    this.#ring = ring;
    this.#seals = new SealTable(memory);
    this.#seed = seed;
    this.#blockFrames = geometry.blockFrames;
    this.#blockBytes = geometry.blockFrames * geometry.channels * 4;
    this.#fadeFrames = geometry.exchangeFadeFrames;
    this.#reportStart = reportIndex(memory, ring);
    this.block = geometry.startBlock | 0;
    this.#copy = new SnapshotCopy(memory);
    this.#streams = geometry.pageCount > 0 ? new StreamMixer(memory) : undefined;
    this.prepare(patch);
    while (!this.prepareMore());
    this.#current = this.#patchNumbered(patch.number);
    this.#reportArena();
    this.#current.words[this.#current.host + Host.block] = this.block;
    this.#current.words[this.#current.host + Host.logPosition] = geometry.startLogPosition | 0;
    this.#current.words[this.#current.host + Host.lookahead] = geometry.lookaheadBlocks;
  }

  /**
   * Begins to make a further patch ready, so that the log can ask for it; {@link prepareMore} goes on with it. Allocates. One
   * that was begun before is finished first.
   *
   * @param oldest number of the oldest patch that a snapshot in use may still hold; older ones are dropped
   */
  prepare(patch: PreparedPatch, oldest = 0): void {
    while (!this.prepareMore());
    this.#preparing = new PatchInstance(patch, {
      blockFrames: this.#blockFrames,
      seed: this.#seed,
      pieceBytes: pieceBytesOf(this.#memory.geometry.snapshotPieceBytes, patch.description.arena.bytes),
    });
    this.#oldestPatch = oldest;
    this.#newestPatch = patch.number;
  }

  /** Does a piece of the work of making a patch ready. Returns whether it was the last one. */
  prepareMore(): boolean {
    const instance = this.#preparing;
    if (instance === undefined) return true;
    if (!instance.makeReady()) return false;
    for (const known of this.#patches.keys()) {
      if (known < this.#oldestPatch && known !== this.#current.number) this.#patches.delete(known);
    }
    this.#patches.set(instance.number, instance);
    this.#preparing = undefined;
    Atomics.store(this.#memory.words, this.#reportStart + within.seatReport.patch.index, instance.number);
    return true;
  }

  /** Whether a further patch is being made ready. */
  get isPreparing(): boolean {
    return this.#preparing !== undefined;
  }

  /** The patch that plays. */
  get playing(): PatchInstance {
    return this.#current;
  }

  /** Number of the newest patch that is ready or being made ready. */
  get newestPatch(): number {
    return this.#newestPatch;
  }

  /** Whether one patch fades into the next. The sound needs both, so there are no snapshots and no checks meanwhile. */
  get isExchanging(): boolean {
    return this.#leaving !== undefined;
  }

  /** Log entries taken in, as a wrapping word. */
  get logPosition(): number {
    return this.#current.words[this.#current.host + Host.logPosition];
  }

  /** How far the next block lies ahead of the input that it hears, in blocks. */
  get lookaheadBlocks(): number {
    return this.#current.words[this.#current.host + Host.lookahead];
  }

  /** One whole block: the live loop and the offline renderer call only this. */
  renderBlock(): void {
    this.claim();
    this.takeCommands();
    this.hear();
    this.render();
    this.store();
    this.publish();
  }

  /** The same where somebody loads the pages of streams that the block needs. Offline. */
  async renderBlockWith(load: (pages: readonly NeededPage[]) => Promise<void>): Promise<void> {
    this.claim();
    this.takeCommands();
    const needed = this.#streams?.needed(this.#current, this.block, this.#isSkipped) ?? [];
    if (needed.length > 0) await load(needed);
    this.hear();
    this.render();
    this.store();
    this.publish();
  }

  /** Fixes, or learns, which commands this block hears. Throws {@link RendererStaleError}. */
  claim(): void {
    const head = Atomics.load(this.#memory.words, fixed.log.head.index);
    if (((head - this.logPosition) >>> 0) >= this.#memory.geometry.logCapacity) {
      throw new RendererStaleError(`log entry ${this.logPosition >>> 0}: the log is a lap ahead`);
    }
    const sealed = this.#seals.claim(this.block, head);
    if (sealed === sealLost) {
      throw new RendererStaleError(`block ${this.block >>> 0}: its seal has been overwritten`);
    }
    this.#sealed = completePosition(this.logPosition, sealed);
    this.#inputDelay = this.lookaheadBlocks;
  }

  /**
   * Takes in the sealed commands in the order of the log. Those due at the first frame of this block are applied; later ones
   * go into the pending queue. So only commands with a time need a place there, however many come at once.
   *
   * @throws {RendererStaleError} when the log has been overwritten
   */
  takeCommands(): void {
    this.#applyPending(0);
    let position = this.logPosition;
    while (position !== this.#sealed) {
      this.#copyEntry(position);
      this.#takeIn();
      position = (position + 1) | 0;
    }
    const { words: arena, host } = this.#current;
    arena[host + Host.logPosition] = position;
    if (arena[host + Host.voiceLimit] !== 0) limitVoices(this.#current, arena[host + Host.voiceLimit]);
  }

  /**
   * Takes what this block hears: the streams, and the captured input.
   *
   * @throws {RendererStaleError} when it has been overwritten
   */
  hear(): void {
    if (this.#streams !== undefined) {
      this.#streams.hear(this.#current, this.block, this.#isSkipped);
      this.#leaving?.streams.set(sharedPart(this.#current.streams, this.#leaving.streams));
    }
    this.#hearInput();
  }

  /** Copies the capture of block n − lookahead, as the log has it; that of the blocks before the first is silence. */
  #hearInput(): void {
    const { geometry, floats } = this.#memory;
    if (geometry.inputChannels === 0) return;
    const captured = (this.block - this.#inputDelay) | 0;
    this.#requireInput(captured);
    const { input } = this.#current;
    const first = inputSamplesIndex(this.#memory, captured);
    for (let sample = 0; sample < input.length; sample++) input[sample] = floats[first + sample];
    this.#beat(); // an atomic write: no processor reads the samples after the tag
    this.#requireInput(captured);
    this.#leaving?.input.set(input);
  }

  /** Renders the block, cut at the frames of its commands. */
  render(): void {
    let frame = 0;
    for (let due = this.#nextDue(); due < this.#blockFrames; due = this.#nextDue()) {
      this.#renderPiece(frame, due - frame);
      this.#applyPending(due);
      frame = due;
    }
    this.#renderPiece(frame, this.#blockFrames - frame);
  }

  /** Copies the rendered samples and their checksum into this block's slot; its tag says that nothing can be read there. */
  store(): void {
    const slot = slotIndex(this.#memory, this.#ring, this.block);
    const { output, checksum } = this.#current;
    // the slot holds an older block, which may be compared now; the tag of another slot matches no block here
    Atomics.exchange(this.#memory.words, slot + within.slot.tag.index, (this.block + 1) | 0);
    this.#memory.floats.set(output, slotSamplesIndex(this.#memory, this.#ring, this.block));
    this.#checksumLow = checksum.of(output.byteOffset, this.#blockBytes);
    this.#checksumHigh = checksum.high;
    this.#memory.words[slot + within.slot.checksumLow.index] = this.#checksumLow;
    this.#memory.words[slot + within.slot.checksumHigh.index] = this.#checksumHigh;
    this.#memory.words[slot + within.slot.stateLow.index] = this.#stateLow;
    this.#memory.words[slot + within.slot.stateHigh.index] = this.#stateHigh;
    this.#memory.words[slot + within.slot.regions.index] = this.#regions;
  }

  /** Lets the callback see the block, and moves on to the next. */
  publish(): void {
    const { words } = this.#memory;
    Atomics.store(words, slotIndex(this.#memory, this.#ring, this.block) + within.slot.tag.index, this.block);
    this.block = (this.block + 1) | 0;
    const { words: arena, host, description } = this.#current;
    arena[host + Host.block] = this.block;
    words[this.#reportStart + within.seatReport.poisonedVoices.index] =
      arena[description.arena.poisonedVoicesOffset / 4];
    reportEndedNotes(this.#current, words, this.#reportStart);
    if (this.#streams !== undefined) reportPlayers(this.#current, words, this.#reportStart);
    Atomics.store(words, this.#reportStart + within.seatReport.logPosition.index, this.logPosition);
    Atomics.store(words, this.#reportStart + within.seatReport.published.index, this.block);
  }

  /**
   * Computes the checksum of the region of the arena that is due at the start of this block; it is published with the block,
   * for comparison with the other renderers. Region n is due at block n of a sweep, and the blocks of a sweep are counted
   * from the first block of all, so every renderer checks the same region at the same block.
   */
  checkState(): void {
    const { geometry } = this.#memory;
    const { checksum, bytes } = this.#current;
    this.#stateLow = this.#stateHigh = this.#regions = 0;
    if (this.isExchanging) return;
    const number = (this.block - geometry.startBlock) >>> 0;
    this.#regions = regionsOf(geometry, bytes.length);
    const first = placeInSweep(geometry, this.#regions, this.block) * geometry.checkRegionBytes;
    if (first < bytes.length) {
      this.#stateLow = checksum.ofRegion(first, Math.min(geometry.checkRegionBytes, bytes.length - first));
      this.#stateHigh = checksum.high;
    }
    if (number % geometry.stateCheckBlocks !== 0) return;
    countVoices(this.#current, this.#memory.words, this.#reportStart + within.seatReport.voices.index);
  }

  /** Begins to copy the arena at the start of this block into a slot that no thread reads; {@link writePiece} does it. */
  beginWriting(slot: number): void {
    this.#copy.begin(slot, this.#current);
  }

  /** Copies a piece of the arena. Nothing may be rendered before the last one. Returns whether it was that. */
  writePiece(): boolean {
    return this.#copy.writePiece();
  }

  /** Whether the arena is copied in one piece, between two blocks. */
  get isSmall(): boolean {
    return this.#current.pieces.length === 1;
  }

  /**
   * Begins to take over a snapshot; {@link readPiece} does it.
   *
   * @throws {RendererStaleError} when its patch is not here
   */
  beginReading(slot: number): void {
    this.#reading = this.#patchNumbered(patchOfSnapshot(this.#memory, slot));
    this.#copy.begin(slot, this.#reading);
  }

  /**
   * Reads a piece of the snapshot; after the last one this renderer is the one that wrote it.
   *
   * @returns whether it was the last one
   * @throws {RendererStaleError} when the snapshot was overwritten meanwhile
   */
  readPiece(): boolean {
    if (!this.#copy.readPiece()) return false;
    this.#current = this.#reading!;
    this.#reading = undefined;
    this.block = this.#current.words[this.#current.host + Host.block];
    this.#reportArena();
    return true;
  }

  #reportArena(): void {
    const { index } = within.seatReport.arenaBytes;
    Atomics.store(this.#memory.words, this.#reportStart + index, this.#current.bytes.length);
  }

  /**
   * Takes over an arena that was kept elsewhere, at the start of the block that it names. Offline only.
   *
   * @throws {RendererStaleError} when its patch is not here
   */
  restore({ patch, arena }: { readonly patch: number; readonly arena: Uint8Array }): void {
    const instance = this.#patchNumbered(patch);
    instance.bytes.set(arena);
    this.#current = instance;
    this.block = instance.words[instance.host + Host.block];
    this.#reportArena();
  }

  /**
   * Begins at an anchor of the log, with the untouched state of a patch and the lookahead of the start, in place of the start.
   *
   * @throws {RendererStaleError} when the patch is not here
   */
  begin({ patch, block, position }: Anchor): void {
    const instance = this.#patchNumbered(patch);
    const { words, host } = instance;
    words[host + Host.block] = this.block = block;
    words[host + Host.logPosition] = words[host + Host.anchor] = position;
    words[host + Host.anchored] = 1;
    words[host + Host.lookahead] = this.#memory.geometry.lookaheadBlocks;
    this.#current = instance;
    this.#leaving = undefined;
    this.#reportArena();
  }

  #renderPiece(frame: number, frames: number): void {
    this.#current.exports.render(frame, frames);
    if (this.#leaving !== undefined) this.#crossfade(this.#leaving, frame, frames);
  }

  /** In straight lines: both patches mostly play the same, and equal signals keep their level so. */
  #crossfade(leaving: PatchInstance, frame: number, frames: number): void {
    leaving.exports.render(frame, frames);
    const { output, description: { arena: { channels } } } = this.#current;
    const end = Math.min(frame + frames, frame + this.#fadeFrames - this.#fadePosition);
    for (let at = frame; at < end; at++) {
      const part = this.#fadePosition++ / this.#fadeFrames;
      for (let index = at * channels; index < (at + 1) * channels; index++) {
        const before = leaving.output[index];
        output[index] = before + (output[index] - before) * part;
      }
    }
    if (this.#fadePosition < this.#fadeFrames) return;
    this.#leaving = undefined;
    this.#patches.delete(leaving.number);
  }

  /** Lets the patch of this number play from here on. */
  #exchange(number: number, position: number): void {
    const leaving = this.#current;
    const next = this.#patchNumbered(number);
    takeOver(leaving, next, position);
    next.output.set(leaving.output);
    next.input.set(leaving.input);
    next.streams.set(sharedPart(leaving.streams, next.streams));
    this.#current = next;
    this.#leaving = leaving;
    this.#fadePosition = 0;
    this.#reportArena();
  }

  #patchNumbered(number: number): PatchInstance {
    const instance = this.#patches.get(number);
    if (instance) return instance;
    throw new RendererStaleError(
      `patch ${number} is not here; there are: ${[...this.#patches.keys()].join(", ")}`,
    );
  }

  /** Frame of this block at which the next pending command is due; none in this block: `blockFrames`. */
  #nextDue(): number {
    const { words, host } = this.#current;
    if (words[host + Host.pending] === 0) return this.#blockFrames;
    const entry = pendingEntry(this.#current, 0);
    return words[entry + EntryField.block] === this.block
      ? words[entry + EntryField.frame]
      : this.#blockFrames;
  }

  /** Applies the pending commands that are due at one frame of this block, and removes them from the queue. */
  #applyPending(frame: number): void {
    while (this.#nextDue() === frame) {
      const { words, floats } = this.#current;
      this.#apply(words, floats, takePending(this.#current), frame === 0);
      this.#beat();
    }
  }

  /** A sign of life: a renderer with much to do in one block does not hang. */
  #beat(): void {
    Atomics.add(this.#memory.words, this.#reportStart + within.seatReport.heartbeat.index, 1);
  }

  /** Copies a log entry. The main isolate takes the position away before it overwrites one, and gives it last. */
  #copyEntry(position: number): void {
    const { words } = this.#memory;
    const entry = logEntryIndex(this.#memory, position);
    for (let word = 0; word < logEntryWords; word++) this.#entry[word] = words[entry + word];
    this.#beat(); // an atomic write: no processor reads the entry after its position
    const found = Atomics.load(words, entry + EntryField.position);
    if (found === position && this.#entry[EntryField.position] === position) return;
    throw new RendererStaleError(`log entry ${position >>> 0}: overwritten, now ${found >>> 0}`);
  }

  /** Takes the copied log entry in: those without a time, late ones, and `clear` are due at the start of this block. */
  #takeIn(): void {
    const entry = this.#entry;
    const ahead = (entry[EntryField.block] - this.block) | 0;
    const timed = entry[EntryField.when] !== 0 && ahead >= 0 && entry[EntryField.opcode] !== Opcode.clear;
    if (timed && (ahead > 0 || entry[EntryField.frame] > 0)) insertPending(this.#current, entry, 0);
    else this.#apply(entry, this.#entryFloats, 0, true);
  }

  /** Carries out an entry of the log or of the pending queue. Players have taken theirs already in the midst of a block. */
  #apply(words: Int32Array, floats: Float32Array, entry: number, isAtStart: boolean): void {
    const { exports } = this.#current;
    const position = words[entry + EntryField.position];
    if (this.#isQuarantined(position)) return;
    const target = words[entry + EntryField.target];
    const value = floats[entry + EntryField.value];
    const code = words[entry + EntryField.opcode];
    const instrument = code >>> instrumentShift;
    if (isAtStart && isForPlayers(code & opcodeMask)) {
      this.#streams?.apply(this.#current, words, floats, entry);
    }
    switch (code & opcodeMask) {
      case Opcode.noteOn:
        return exports.note_on(instrument, target, value, floats[entry + EntryField.extra]);
      case Opcode.noteOff:
        return exports.note_off(instrument, target);
      case Opcode.pedal:
        return exports.pedal(instrument, target);
      case Opcode.express:
        return exports.express(instrument, target, floats[entry + EntryField.extra], value);
      case Opcode.expressAll:
        return exports.express_all(instrument, target, value);
      case Opcode.silence:
        return silenceVoices(this.#current, instrument, target, value);
      case Opcode.panic:
        return exports.panic();
      case Opcode.set:
        return exports.set_parameter(target, value);
      case Opcode.exchange:
        return this.#exchange(target, position);
      case Opcode.shed:
        this.#current.words[this.#current.host + Host.voiceLimit] = target;
        return;
      case Opcode.lookahead:
        this.#current.words[this.#current.host + Host.lookahead] = target;
        return;
      case Opcode.anchor: {
        const { words: arena, host } = this.#current;
        if (arena[host + Host.anchored] === 1 && arena[host + Host.anchor] === position) return;
        throw new RendererStaleError(`log entry ${position >>> 0}: others begin here, this one does not`);
      }
      case Opcode.clear: // everything in the queue is before it in the log
        return clearPending(this.#current);
      case Opcode.retract:
        retractPending(this.#current, target);
    }
  }

  /** Whether a pending command was quarantined after it had been taken in. */
  #isQuarantined(position: number): boolean {
    const { words } = this.#memory;
    const entry = logEntryIndex(this.#memory, position);
    if (words[entry + EntryField.position] === position) {
      return (words[entry + EntryField.opcode] & opcodeMask) === Opcode.none;
    }
    const { stoppedCount, stoppedCommands } = fixed.control;
    const stopped = Math.min(Atomics.load(words, stoppedCount.index) >>> 0, stoppedCommands.count);
    for (let at = 0; at < stopped; at++) {
      if (words[stoppedCommands.index + at] === position) return true;
    }
    return false;
  }

  /** The callback takes the tag away before it overwrites the samples. */
  #requireInput(captured: number): void {
    const slot = inputSlotIndex(this.#memory, captured);
    const tag = Atomics.load(this.#memory.words, slot + within.inputSlot.tag.index);
    if (tag === captured) return;
    throw new RendererStaleError(`input of block ${captured >>> 0}: overwritten, now of ${tag >>> 0}`);
  }
}

/** As many samples of the buses as two patches have in common. */
function sharedPart(from: Float32Array, to: Float32Array): Float32Array {
  return from.length > to.length ? from.subarray(0, to.length) : from;
}
