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
import { type CompiledPatch, hostRegionBytes, type VoicePlaces } from "../../modules/compiled_patch.ts";
import type { ArenaChecksum } from "../checksum.ts";
import { EntryField, instrumentShift, Opcode, opcodeMask } from "../log/command_log.ts";
import { completePosition, sealLost, SealTable } from "../log/seal_table.ts";
import { fixed, seatReportOffset, structureBytes, within } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { logEntryWords, mostCountedInstruments, pendingCapacity } from "../constants.ts";

/** Exports that `CompiledPatch` promises. */
export interface PatchExports {
  readonly memory: WebAssembly.Memory;
  initialize(seed: number): void;
  note_on(instrument: number, id: number, number: number, velocity: number): void;
  note_off(instrument: number, id: number): void;
  pedal(instrument: number, down: number): void;
  panic(): void;
  set_parameter(index: number, value: number): void;
  render(offset: number, frames: number): void;
}

/** Words of the host region, from its start. The pending queue follows: `pending` entries in order from place `first` on. */
const Host = { block: 0, logPosition: 1, pending: 2, first: 3, queue: 16 } as const;

/** Places of the queue. It moves on through them as entries leave in front, and goes back when it reaches the end. */
const queuePlaces = Math.floor((hostRegionBytes / 4 - Host.queue) / logEntryWords);

/** The renderer has fallen so far behind that what it needs has been overwritten. */
export class RendererStale extends Error {
  override readonly name = "RendererStale";
}

/** One incarnation: an instance of the patch, its arena, and the ring that it alone writes. Its own thread only. */
export class Renderer {
  /** Next block to render. Kept in the arena too, from where a snapshot restores it. */
  block: number;
  readonly #memory: SharedMemory;
  readonly #patch: PatchExports;
  readonly #checksum: ArenaChecksum;
  readonly #seals: SealTable;
  readonly #arena: Uint8Array<ArrayBuffer>;
  readonly #arenaWords: Int32Array<ArrayBuffer>;
  readonly #arenaFloats: Float32Array<ArrayBuffer>;
  readonly #output: Float32Array<ArrayBuffer>;
  readonly #input: Float32Array<ArrayBuffer>;
  readonly #outputOffset: number;
  readonly #host: number;
  readonly #poisoned: number;
  readonly #voices: readonly VoicePlaces[];
  readonly #stateFirst: number;
  readonly #stateEnd: number;
  readonly #blockFrames: number;
  readonly #blockBytes: number;
  readonly #slotSamples: readonly Float32Array<SharedArrayBuffer>[];
  readonly #inputSamples: readonly Float32Array<SharedArrayBuffer>[];
  readonly #ringStart: number;
  readonly #reportStart: number;
  #sealed = 0;
  #checksumLow = 0;
  #checksumHigh = 0;

  /**
   * @param ring index of the ring, and seat, that this incarnation owns
   * @param patch instance of `compiled.module`, its memory untouched
   */
  constructor(
    memory: SharedMemory,
    ring: number,
    compiled: Pick<CompiledPatch, "arena">,
    patch: PatchExports,
    checksum: ArenaChecksum,
    seed: number,
  ) {
    const { geometry } = memory;
    const { arena } = compiled;
    this.#memory = memory;
    this.#patch = patch;
    this.#checksum = checksum;
    this.#seals = new SealTable(memory);
    this.#arena = new Uint8Array(patch.memory.buffer as ArrayBuffer);
    this.#arenaWords = new Int32Array(patch.memory.buffer as ArrayBuffer);
    this.#arenaFloats = new Float32Array(patch.memory.buffer as ArrayBuffer);
    this.#blockFrames = geometry.blockFrames;
    this.#blockBytes = geometry.blockFrames * geometry.channels * 4;
    this.#outputOffset = arena.outputOffset;
    this.#output = new Float32Array(
      patch.memory.buffer as ArrayBuffer,
      arena.outputOffset,
      geometry.blockFrames * geometry.channels,
    );
    this.#input = new Float32Array(
      patch.memory.buffer as ArrayBuffer,
      arena.inputOffset,
      geometry.blockFrames * geometry.inputChannels,
    );
    this.#host = arena.hostOffset / 4;
    this.#poisoned = arena.poisonedVoicesOffset / 4;
    this.#voices = arena.voices?.slice(0, mostCountedInstruments) ?? [];
    this.#stateFirst = (arena.hostOffset + arena.hostBytes) / 4;
    this.#stateEnd = arena.inputOffset / 4;
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
    patch.initialize(seed | 0);
    this.#arenaWords[this.#host + Host.block] = this.block;
    this.#arenaWords[this.#host + Host.logPosition] = geometry.startLogPosition | 0;
  }

  /** Log entries taken in, as a wrapping word. */
  get logPosition(): number {
    return this.#arenaWords[this.#host + Host.logPosition];
  }

  /** One whole block: the live loop and the offline renderer call only this. */
  renderBlock(): void {
    this.claim();
    this.takeCommands();
    this.render();
    this.store();
    this.publish();
  }

  /** Fixes, or learns, what this block hears. Throws {@link RendererStale}. */
  claim(): void {
    const head = Atomics.load(this.#memory.words, fixed.log.head.index);
    const sealed = this.#seals.claim(this.block, head);
    if (sealed === sealLost) {
      throw new RendererStale(`block ${this.block >>> 0}: its seal has been overwritten`);
    }
    this.#sealed = completePosition(this.logPosition, sealed);
  }

  /**
   * Takes the sealed commands in, in the order of the log: what is due at the first frame of this block is applied, what is
   * due later goes into the pending queue. So only commands with a time need a place there, however many come at once.
   *
   * @throws {RendererStale} when the log has been overwritten
   */
  takeCommands(): void {
    const { geometry, words } = this.#memory;
    this.#applyPending(0);
    let position = this.logPosition;
    while (position !== this.#sealed) {
      const entry = geometry.logOffset / 4 + (position & (geometry.logCapacity - 1)) * logEntryWords;
      if (words[entry + EntryField.position] !== position) {
        throw new RendererStale(
          `log entry ${position >>> 0}: overwritten by ${words[entry + EntryField.position] >>> 0}`,
        );
      }
      this.#takeIn(entry);
      position = (position + 1) | 0;
    }
    this.#arenaWords[this.#host + Host.logPosition] = position;
  }

  /** Renders the block, cut at the frames of its commands. */
  render(): void {
    this.#readInput();
    let frame = 0;
    for (let due = this.#nextDue(); due < this.#blockFrames; due = this.#nextDue()) {
      this.#patch.render(frame, due - frame);
      this.#applyPending(due);
      frame = due;
    }
    this.#patch.render(frame, this.#blockFrames - frame);
  }

  /** Copies the rendered samples and their checksum into this block's slot, which no reader looks at yet. */
  store(): void {
    const slot = this.#slotIndex();
    this.#slotSamples[this.block & (this.#slotSamples.length - 1)].set(this.#output);
    this.#checksumLow = this.#checksum.of(this.#outputOffset, this.#blockBytes);
    this.#checksumHigh = this.#checksum.high;
    this.#memory.words[slot + within.slot.checksumLow.index] = this.#checksumLow;
    this.#memory.words[slot + within.slot.checksumHigh.index] = this.#checksumHigh;
  }

  /** Lets the callback see the block, and moves on to the next. */
  publish(): void {
    const { words } = this.#memory;
    Atomics.store(words, this.#slotIndex() + within.slot.tag.index, this.block);
    this.block = (this.block + 1) | 0;
    this.#arenaWords[this.#host + Host.block] = this.block;
    words[this.#reportStart + within.seatReport.poisonedVoices.index] = this.#arenaWords[this.#poisoned];
    Atomics.store(words, this.#reportStart + within.seatReport.logPosition.index, this.logPosition);
    Atomics.store(words, this.#reportStart + within.seatReport.published.index, this.block);
  }

  /** Publishes the checksum of the whole arena at the start of this block, for comparison with the other renderers. */
  reportState(): void {
    const { words } = this.#memory;
    const low = this.#checksum.of(0, this.#arena.length);
    words[this.#reportStart + within.seatReport.checkLow.index] = low;
    words[this.#reportStart + within.seatReport.checkHigh.index] = this.#checksum.high;
    Atomics.store(words, this.#reportStart + within.seatReport.checkBlock.index, this.block);
    this.#reportVoices();
  }

  #reportVoices(): void {
    const { words } = this.#memory;
    const first = this.#reportStart + within.seatReport.voices.index;
    for (let index = 0; index < this.#voices.length; index++) {
      const { offset, groupCount, groupBytes } = this.#voices[index];
      let sounding = 0;
      for (let group = 0; group < groupCount; group++) {
        const lanes = (offset + group * groupBytes) / 4;
        for (let lane = 0; lane < 4; lane++) if (this.#arenaWords[lanes + lane] !== 0) sounding++;
      }
      words[first + index] = sounding;
    }
  }

  /** Copies the arena at the start of this block into a snapshot slot that no one reads. */
  writeSnapshot(slot: number, sequence: number): void {
    const { words, bytes } = this.#memory;
    const start = snapshotIndex(this.#memory, slot);
    bytes.set(this.#arena, start * 4 + structureBytes.snapshot);
    words[start + within.snapshot.block.index] = this.block;
    words[start + within.snapshot.logPosition.index] = this.logPosition;
    words[start + within.snapshot.checksumLow.index] = this.#checksum.of(0, this.#arena.length);
    words[start + within.snapshot.checksumHigh.index] = this.#checksum.high;
    Atomics.store(words, start + within.snapshot.sequence.index, sequence);
  }

  /** Takes over a snapshot: from here on this renderer is the one that wrote it. Throws RangeError when it is damaged. */
  readSnapshot(slot: number): void {
    const { words } = this.#memory;
    const start = snapshotIndex(this.#memory, slot);
    this.#arenaWords.set(
      words.subarray(
        start + structureBytes.snapshot / 4,
        start + structureBytes.snapshot / 4 + this.#arenaWords.length,
      ),
    );
    this.block = this.#arenaWords[this.#host + Host.block];
    const low = this.#checksum.of(0, this.#arena.length);
    const intact = low === words[start + within.snapshot.checksumLow.index] &&
      this.#checksum.high === words[start + within.snapshot.checksumHigh.index] &&
      this.block === words[start + within.snapshot.block.index];
    if (!intact) throw new RangeError(`snapshot ${slot}: its checksum does not match its arena`);
  }

  /** Flips one bit of the first word of the patch's state, at or after a place, that is not zero: the fault `corrupt`. */
  flipBit(place: number, bit: number): void {
    const words = this.#arenaWords;
    const [first, count] = [this.#stateFirst, this.#stateEnd - this.#stateFirst];
    let index = first + place % count;
    for (let step = 0; step < count && words[index] === 0; step++) index = first + (place + step) % count;
    words[index] ^= 1 << bit;
  }

  /** Runs into a WebAssembly trap: the fault kind `trap`. */
  trap(): void {
    this.#checksum.of(this.#arena.length, 16);
  }

  #slotIndex(): number {
    const { geometry } = this.#memory;
    return this.#ringStart + (this.block & (geometry.ringSlots - 1)) * (geometry.slotBytes / 4);
  }

  #queueEntry(at: number): number {
    return this.#host + Host.queue + (this.#arenaWords[this.#host + Host.first] + at) * logEntryWords;
  }

  /** Frame of this block at which the next pending command is due; none in this block: `blockFrames` or more. */
  #nextDue(): number {
    const words = this.#arenaWords;
    if (words[this.#host + Host.pending] === 0) return this.#blockFrames;
    const entry = this.#queueEntry(0);
    return words[entry + EntryField.block] === this.block
      ? words[entry + EntryField.frame]
      : this.#blockFrames;
  }

  /** Applies, and takes off the queue, what is due at one frame of this block. */
  #applyPending(frame: number): void {
    const words = this.#arenaWords;
    while (this.#nextDue() === frame) {
      const entry = this.#queueEntry(0);
      words[this.#host + Host.first]++;
      words[this.#host + Host.pending]--;
      if (this.#isQuarantined(words[entry + EntryField.position])) continue;
      this.#apply(
        words[entry + EntryField.opcode],
        words[entry + EntryField.target],
        this.#arenaFloats[entry + EntryField.value],
        this.#arenaFloats[entry + EntryField.extra],
      );
    }
  }

  /** Takes one log entry in: those without a time, late ones, and `clear` are due at the start of this block. */
  #takeIn(entry: number): void {
    const source = this.#memory.words;
    const opcode = source[entry + EntryField.opcode];
    const ahead = (source[entry + EntryField.block] - this.block) | 0;
    const timed = source[entry + EntryField.when] === 1 && opcode !== Opcode.clear && ahead >= 0;
    if (timed && (ahead > 0 || source[entry + EntryField.frame] > 0)) return this.#enqueue(entry);
    this.#apply(
      opcode,
      source[entry + EntryField.target],
      this.#memory.floats[entry + EntryField.value],
      this.#memory.floats[entry + EntryField.extra],
    );
  }

  /** Inserts a log entry into the pending queue, behind all that are not due later: equal times keep the order of the log. */
  #enqueue(entry: number): void {
    const words = this.#arenaWords;
    const source = this.#memory.words;
    const count = words[this.#host + Host.pending];
    if (count >= pendingCapacity) {
      throw new RangeError(`pending queue: more than ${pendingCapacity} commands`);
    }
    if (words[this.#host + Host.first] + count >= queuePlaces) this.#moveQueueBack(count);
    const at = this.#placeOf(source[entry + EntryField.block], source[entry + EntryField.frame], count);
    const target = this.#queueEntry(at);
    words.copyWithin(target + logEntryWords, target, this.#queueEntry(count));
    for (let word = 0; word < logEntryWords; word++) words[target + word] = source[entry + word];
    words[this.#host + Host.pending] = count + 1;
  }

  /** How many entries of the queue are due at a time or before. Commands mostly come in order: the last is looked at first. */
  #placeOf(block: number, frame: number, count: number): number {
    let low = 0;
    let high = count;
    for (let at = count - 1; low < high; at = (low + high) >> 1) {
      const other = this.#queueEntry(at);
      const later = (this.#arenaWords[other + EntryField.block] - block) | 0 ||
        this.#arenaWords[other + EntryField.frame] - frame;
      if (later > 0) high = at;
      else low = at + 1;
    }
    return low;
  }

  #moveQueueBack(count: number): void {
    this.#arenaWords.copyWithin(this.#host + Host.queue, this.#queueEntry(0), this.#queueEntry(count));
    this.#arenaWords[this.#host + Host.first] = 0;
  }

  #apply(code: number, target: number, value: number, extra: number): void {
    const instrument = code >>> instrumentShift;
    switch (code & opcodeMask) {
      case Opcode.noteOn:
        return this.#patch.note_on(instrument, target, value, extra);
      case Opcode.noteOff:
        return this.#patch.note_off(instrument, target);
      case Opcode.pedal:
        return this.#patch.pedal(instrument, target);
      case Opcode.panic:
        return this.#patch.panic();
      case Opcode.set:
        return this.#patch.set_parameter(target, value);
      case Opcode.clear: // everything in the queue is before it in the log
        this.#arenaWords[this.#host + Host.pending] = 0;
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
    const lookahead = words[fixed.geometry.lookaheadBlocks.index];
    const captured = (this.block - lookahead) | 0;
    if (((captured - geometry.startBlock) | 0) < 0) {
      this.#input.fill(0);
      return;
    }
    const slot = captured & (geometry.inputSlots - 1);
    const tag = Atomics.load(words, geometry.inputOffset / 4 + slot * (geometry.inputSlotBytes / 4));
    if (tag !== captured) {
      throw new RendererStale(`input of block ${captured >>> 0}: overwritten by ${tag >>> 0}`);
    }
    this.#input.set(this.#inputSamples[slot]);
  }
}

/** Index of the first word of a seat's orders. */
export function ordersIndex(memory: SharedMemory, seat: number): number {
  return (memory.geometry.seatOffset + seat * memory.geometry.seatBytes) / 4;
}

/** Index of the first word of a seat's report. */
export function reportIndex(memory: SharedMemory, seat: number): number {
  return ordersIndex(memory, seat) + seatReportOffset / 4;
}

/** Index of the first word of a snapshot's header. */
export function snapshotIndex(memory: SharedMemory, slot: number): number {
  return (memory.geometry.snapshotOffset + slot * memory.geometry.snapshotBytes) / 4;
}

/**
 * Makes a seat ready for the next incarnation: no orders, no report, and a ring in which no block stands that the callback
 * could still ask for. Main isolate, when nobody writes there any more.
 */
export function clearSeat(memory: SharedMemory, seat: number): void {
  const { geometry, words } = memory;
  const first = ordersIndex(memory, seat);
  words.fill(0, first, first + geometry.seatBytes / 4);
  const unpublished = (memory.consumed() - 1) | 0;
  for (let slot = 0; slot < geometry.ringSlots; slot++) {
    const tag = (geometry.ringOffset + seat * geometry.ringBytes + slot * geometry.slotBytes) / 4;
    Atomics.store(words, tag, unpublished);
  }
  words[reportIndex(memory, seat) + within.seatReport.checkBlock.index] = unpublished;
}
