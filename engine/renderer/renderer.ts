/**
 * One renderer: turns the sealed log into blocks. The same code plays live in every Worker, offline, and under the
 * simulator; which role it has is not its business.
 *
 * A block is a sequence of steps, each a method, so that a scheduler can put anything between them:
 *
 *     claim → (check) → takeCommands → render → store → publish
 *
 * All state that can be heard is in the arena: the patch's part, and the host region with the block number, the log
 * position and the pending queue. Copying the arena at the start of a block is therefore a whole snapshot.
 *
 * Nothing here allocates after construction, reads a clock, or knows the time of day.
 */
import type { PatchDescription } from "../../compiler/graph/compiled_patch.ts";
import type { ArenaChecksum } from "../memory/checksum.ts";
import { logEntryWords } from "../memory/constants.ts";
import { EntryField, instrumentShift, Opcode, opcodeMask } from "../log/command_log.ts";
import { completePosition, sealLost, SealTable } from "../log/seal_table.ts";
import { fixed, structureBytes, within } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { takeOver } from "./state_transfer.ts";
import { Host, type PatchExports, PatchInstance } from "./patch_instance.ts";
import { clearPending, insertPending, pendingEntry, takePending } from "./pending_queue.ts";
import { reportEndedNotes } from "./ended_notes.ts";
import { countVoices } from "./voice_count.ts";
import { reportIndex, snapshotIndex } from "../memory/seats.ts";

export type { PatchExports } from "./patch_instance.ts";

/** The renderer has fallen so far behind that what it needs has been overwritten. */
export class RendererStaleError extends Error {
  override readonly name = "RendererStaleError";
}

/** One incarnation: the patches it has, one of which plays, and the ring that it alone writes. Its own thread only. */
export class Renderer {
  /** Next block to render. Kept in the arena too, from where a snapshot restores it. */
  block: number;
  readonly #memory: SharedMemory;
  readonly #seals: SealTable;
  readonly #seed: number;
  readonly #patches = new Map<number, PatchInstance>();
  readonly #blockFrames: number;
  readonly #blockBytes: number;
  readonly #fadeFrames: number;
  readonly #slotSamples: readonly Float32Array<SharedArrayBuffer>[];
  readonly #inputSamples: readonly Float32Array<SharedArrayBuffer>[];
  readonly #ringStart: number;
  readonly #reportStart: number;
  #current: PatchInstance;
  /** The patch that was exchanged, while it fades out. */
  #leaving: PatchInstance | undefined;
  #fadePosition = 0;
  #newestPatch = 0;
  #sealed = 0;
  #checksumLow = 0;
  #checksumHigh = 0;

  /**
   * @param ring index of the ring, and seat, that this incarnation owns
   * @param exports of an instance of the compiled module, its memory untouched
   * @param number of the patch; others are added with {@link prepare}
   */
  constructor(
    memory: SharedMemory,
    ring: number,
    description: PatchDescription,
    exports: PatchExports,
    checksum: ArenaChecksum,
    seed: number,
    number = 0,
  ) {
    const { geometry } = memory;
    this.#memory = memory;
    this.#seals = new SealTable(memory);
    this.#seed = seed;
    this.#blockFrames = geometry.blockFrames;
    this.#blockBytes = geometry.blockFrames * geometry.channels * 4;
    this.#fadeFrames = geometry.exchangeFadeFrames;
    const ringStart = geometry.ringOffset + ring * geometry.ringBytes;
    this.#ringStart = ringStart / 4;
    this.#slotSamples = Array.from({ length: geometry.ringSlots }, (_, slot) =>
      new Float32Array(
        memory.buffer,
        ringStart + slot * geometry.slotBytes + structureBytes.slot,
        geometry.blockFrames * geometry.channels,
      ));
    this.#inputSamples = Array.from({ length: geometry.inputSlots }, (_, slot) =>
      new Float32Array(
        memory.buffer,
        geometry.inputOffset + slot * geometry.inputSlotBytes + structureBytes.inputSlot,
        geometry.blockFrames * geometry.inputChannels,
      ));
    this.#reportStart = reportIndex(memory, ring);
    this.block = geometry.startBlock | 0;
    this.#current = this.prepare(number, description, exports, checksum);
    this.#current.words[this.#current.host + Host.block] = this.block;
    this.#current.words[this.#current.host + Host.logPosition] = geometry.startLogPosition | 0;
  }

  /**
   * Makes a further patch ready, so that the log can ask for it. Allocates; the others play on meanwhile.
   *
   * @param oldest number of the oldest patch that a snapshot in use may still hold; what is older is let go
   */
  prepare(
    number: number,
    description: PatchDescription,
    exports: PatchExports,
    checksum: ArenaChecksum,
    oldest = 0,
  ): PatchInstance {
    for (const known of this.#patches.keys()) {
      if (known < oldest && known !== this.#current.number) this.#patches.delete(known);
    }
    const instance = new PatchInstance(number, description, exports, checksum, this.#blockFrames, this.#seed);
    this.#patches.set(number, instance);
    this.#newestPatch = number;
    Atomics.store(this.#memory.words, this.#reportStart + within.seatReport.patch.index, number);
    return instance;
  }

  /** Number of the newest patch that can be asked for. */
  get newestPatch(): number {
    return this.#newestPatch;
  }

  /** One patch fades into the next. What is heard needs both, so there are no snapshots and no checks meanwhile. */
  get isExchanging(): boolean {
    return this.#leaving !== undefined;
  }

  /** Log entries taken in, as a wrapping word. */
  get logPosition(): number {
    return this.#current.words[this.#current.host + Host.logPosition];
  }

  /** One whole block: the live loop and the offline renderer call only this. */
  renderBlock(): void {
    this.claim();
    this.takeCommands();
    this.render();
    this.store();
    this.publish();
  }

  /** Fixes, or learns, what this block hears. Throws {@link RendererStaleError}. */
  claim(): void {
    const head = Atomics.load(this.#memory.words, fixed.log.head.index);
    const sealed = this.#seals.claim(this.block, head);
    if (sealed === sealLost) {
      throw new RendererStaleError(`block ${this.block >>> 0}: its seal has been overwritten`);
    }
    this.#sealed = completePosition(this.logPosition, sealed);
  }

  /**
   * Takes the sealed commands in, in the order of the log: what is due at the first frame of this block is applied, what is
   * due later goes into the pending queue. So only commands with a time need a place there, however many come at once.
   *
   * @throws {RendererStaleError} when the log has been overwritten
   */
  takeCommands(): void {
    const { geometry, words } = this.#memory;
    this.#applyPending(0);
    let position = this.logPosition;
    while (position !== this.#sealed) {
      const entry = geometry.logOffset / 4 + (position & (geometry.logCapacity - 1)) * logEntryWords;
      if (words[entry + EntryField.position] !== position) {
        throw new RendererStaleError(
          `log entry ${position >>> 0}: overwritten by ${words[entry + EntryField.position] >>> 0}`,
        );
      }
      this.#takeIn(entry);
      position = (position + 1) | 0;
    }
    this.#current.words[this.#current.host + Host.logPosition] = position;
  }

  /** Renders the block, cut at the frames of its commands. */
  render(): void {
    this.#readInput();
    let frame = 0;
    for (let due = this.#nextDue(); due < this.#blockFrames; due = this.#nextDue()) {
      this.#renderPiece(frame, due - frame);
      this.#applyPending(due);
      frame = due;
    }
    this.#renderPiece(frame, this.#blockFrames - frame);
  }

  /** Copies the rendered samples and their checksum into this block's slot, which no reader looks at yet. */
  store(): void {
    const slot = this.#slotIndex();
    const { output, checksum } = this.#current;
    this.#slotSamples[this.block & (this.#slotSamples.length - 1)].set(output);
    this.#checksumLow = checksum.of(output.byteOffset, this.#blockBytes);
    this.#checksumHigh = checksum.high;
    this.#memory.words[slot + within.slot.checksumLow.index] = this.#checksumLow;
    this.#memory.words[slot + within.slot.checksumHigh.index] = this.#checksumHigh;
  }

  /** Lets the callback see the block, and moves on to the next. */
  publish(): void {
    const { words } = this.#memory;
    Atomics.store(words, this.#slotIndex() + within.slot.tag.index, this.block);
    this.block = (this.block + 1) | 0;
    const { words: arena, host, description } = this.#current;
    arena[host + Host.block] = this.block;
    words[this.#reportStart + within.seatReport.poisonedVoices.index] =
      arena[description.arena.poisonedVoicesOffset / 4];
    reportEndedNotes(this.#current, words, this.#reportStart);
    Atomics.store(words, this.#reportStart + within.seatReport.logPosition.index, this.logPosition);
    Atomics.store(words, this.#reportStart + within.seatReport.published.index, this.block);
  }

  /** Publishes the checksum of the whole arena at the start of this block, for comparison with the other renderers. */
  reportState(): void {
    const { words } = this.#memory;
    const { checksum, bytes } = this.#current;
    words[this.#reportStart + within.seatReport.checkLow.index] = checksum.of(0, bytes.length);
    words[this.#reportStart + within.seatReport.checkHigh.index] = checksum.high;
    Atomics.store(words, this.#reportStart + within.seatReport.checkBlock.index, this.block);
    countVoices(this.#current, words, this.#reportStart + within.seatReport.voices.index);
  }

  /** Copies the arena at the start of this block into a snapshot slot that no one reads. */
  writeSnapshot(slot: number, sequence: number): void {
    const { words, bytes } = this.#memory;
    const { checksum, bytes: arena, number } = this.#current;
    const start = snapshotIndex(this.#memory, slot);
    bytes.set(arena, start * 4 + structureBytes.snapshot);
    words[start + within.snapshot.block.index] = this.block;
    words[start + within.snapshot.patch.index] = number;
    words[start + within.snapshot.logPosition.index] = this.logPosition;
    words[start + within.snapshot.checksumLow.index] = checksum.of(0, arena.length);
    words[start + within.snapshot.checksumHigh.index] = checksum.high;
    Atomics.store(words, start + within.snapshot.sequence.index, sequence);
  }

  /**
   * Takes over a snapshot: from here on this renderer is the one that wrote it.
   *
   * @throws {RendererStaleError} when it was overwritten meanwhile, or its patch is not here
   */
  readSnapshot(slot: number): void {
    const { words } = this.#memory;
    const start = snapshotIndex(this.#memory, slot);
    const instance = this.#patchNumbered(words[start + within.snapshot.patch.index]);
    const { words: arena, bytes, checksum, host } = instance;
    const first = start + structureBytes.snapshot / 4;
    arena.set(words.subarray(first, first + arena.length));
    this.block = arena[host + Host.block];
    const low = checksum.of(0, bytes.length);
    const intact = low === words[start + within.snapshot.checksumLow.index] &&
      checksum.high === words[start + within.snapshot.checksumHigh.index] &&
      this.block === words[start + within.snapshot.block.index];
    if (!intact) throw new RendererStaleError(`snapshot ${slot}: its checksum does not match its arena`);
    this.#current = instance;
  }

  /** Flips one bit of the first word of the patch's state, at or after a place, that is not zero: the fault `corrupt`. */
  flipBit(place: number, bit: number): void {
    const { words, description: { arena } } = this.#current;
    const first = (arena.hostOffset + arena.hostBytes) / 4;
    const count = arena.inputOffset / 4 - first;
    let index = first + place % count;
    for (let step = 0; step < count && words[index] === 0; step++) index = first + (place + step) % count;
    words[index] ^= 1 << bit;
  }

  /** Runs into a WebAssembly trap: the fault kind `trap`. */
  trap(): void {
    this.#current.checksum.of(this.#current.bytes.length, 16);
  }

  #slotIndex(): number {
    const { geometry } = this.#memory;
    return this.#ringStart + (this.block & (geometry.ringSlots - 1)) * (geometry.slotBytes / 4);
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
    this.#current = next;
    this.#leaving = leaving;
    this.#fadePosition = 0;
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

  /** Applies, and takes off the queue, what is due at one frame of this block. */
  #applyPending(frame: number): void {
    while (this.#nextDue() === frame) {
      const { words, floats } = this.#current;
      this.#apply(words, floats, takePending(this.#current));
    }
  }

  /** Takes one log entry in: those without a time, late ones, and `clear` are due at the start of this block. */
  #takeIn(entry: number): void {
    const { words, floats } = this.#memory;
    const ahead = (words[entry + EntryField.block] - this.block) | 0;
    const timed = words[entry + EntryField.when] === 1 && ahead >= 0 &&
      words[entry + EntryField.opcode] !== Opcode.clear;
    if (timed && (ahead > 0 || words[entry + EntryField.frame] > 0)) {
      insertPending(this.#current, words, entry);
    } else this.#apply(words, floats, entry);
  }

  /** Does what an entry says that lies in the log or in the pending queue. */
  #apply(words: Int32Array, floats: Float32Array, entry: number): void {
    const { exports } = this.#current;
    const position = words[entry + EntryField.position];
    if (this.#isQuarantined(position)) return;
    const target = words[entry + EntryField.target];
    const value = floats[entry + EntryField.value];
    const code = words[entry + EntryField.opcode];
    const instrument = code >>> instrumentShift;
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
      case Opcode.panic:
        return exports.panic();
      case Opcode.set:
        return exports.set_parameter(target, value);
      case Opcode.exchange:
        return this.#exchange(target, position);
      case Opcode.clear: // everything in the queue is before it in the log
        clearPending(this.#current);
    }
  }

  /** Whether a pending command was made to do nothing after it had been taken in. */
  #isQuarantined(position: number): boolean {
    const { geometry, words } = this.#memory;
    const entry = geometry.logOffset / 4 + (position & (geometry.logCapacity - 1)) * logEntryWords;
    return words[entry + EntryField.position] === position &&
      words[entry + EntryField.opcode] === Opcode.none;
  }

  /** Block n hears the capture of block n − lookahead; before there was any, silence. */
  #readInput(): void {
    const { geometry, words } = this.#memory;
    if (geometry.inputChannels === 0) return;
    const lookahead = this.#memory.lookaheadBlocks();
    const captured = (this.block - lookahead) | 0;
    if (((captured - geometry.startBlock) | 0) < 0) {
      this.#current.input.fill(0);
      return;
    }
    const slot = captured & (geometry.inputSlots - 1);
    const tag = Atomics.load(words, geometry.inputOffset / 4 + slot * (geometry.inputSlotBytes / 4));
    if (tag !== captured) {
      throw new RendererStaleError(`input of block ${captured >>> 0}: overwritten by ${tag >>> 0}`);
    }
    this.#current.input.set(this.#inputSamples[slot]);
    this.#leaving?.input.set(this.#inputSamples[slot]);
  }
}
