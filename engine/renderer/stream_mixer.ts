/**
 * Mixes what the players of streams play in a block into the buses that the patch hears. Twice through the block: first it looks
 * whether the pages are there that each player needs, which the seal makes the same for all renderers, then it mixes. A player that
 * is late is silent for the block; its position moves on. Renderer threads; nothing allocates.
 */
import { sealLost } from "../log/seal_table.ts";
import { StreamSeals } from "../log/stream_seals.ts";
import { EntryField, instrumentShift, Opcode, opcodeMask } from "../log/command_log.ts";
import { playerCount, playerRates, playerWords } from "../memory/constants.ts";
import { pageSamplesIndex } from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { findPage, holdsPage, type NeededPage, pageFrames } from "../memory/stream_pages.ts";
import { Host, type PatchInstance } from "./patch_instance.ts";
import { pendingEntry } from "./pending_queue.ts";
import {
  applyToPlayer,
  endGate,
  isForPlayers,
  Player,
  type PlayerEntry,
  playerIndex,
  PlayerState,
  routeWords,
  sliceEnd,
  sliceStart,
  stopPlayer,
  stopPlayers,
} from "./player.ts";
import { FadeCurve, fadeGain } from "./fade_curve.ts";
import { RendererStaleError } from "./renderer_stale_error.ts";

/** Length of the fade with which `panic` stops players, in seconds. */
const panicFadeSeconds = 0.005;

/** Frames beside a position that interpolation reads: one before it, two after it. */
const framesBefore = 1;
const framesAfter = 2;

/** The part of a frame that a word of a fraction counts. */
const fractionStep = 2 ** -32;

const playersLength = playerCount * playerWords;

/** What is done on the way through a block. */
const Pass = { look: 0, mix: 1, skip: 2 } as const;

export class StreamMixer {
  readonly #memory: SharedMemory;
  readonly #seals: StreamSeals;
  readonly #blockFrames: number;
  readonly #panicFrames: number;
  /** The players as they were before the first way through the block. */
  readonly #before: Int32Array<ArrayBuffer>;
  /** Level and gate of each frame of a piece. */
  readonly #envelope: Float64Array<ArrayBuffer>;
  /** Samples of a channel around the positions of a piece. */
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #entry: PlayerEntry = { opcode: 0, player: 0, target: 0, value: 0, extra: 0 };
  readonly #bent: Float32Array<ArrayBuffer>;
  #late = 0;
  /** Gets what is missing; undefined: nobody asks. */
  #needed: NeededPage[] | undefined;
  /** The piece: its first frame in the block, its frames, and the position of the player after it. */
  #frame = 0;
  #frames = 0;
  #moved = 0;
  /** Position at its start, frames of the file a frame, and what that grows by. */
  #start = 0;
  #rate = 1;
  #bend = 0;
  #isFlat = true;
  #flat = 1;

  constructor(memory: SharedMemory) {
    const { blockFrames, sampleRateHz } = memory.geometry;
    this.#memory = memory;
    this.#seals = new StreamSeals(memory);
    this.#blockFrames = blockFrames;
    this.#panicFrames = Math.round(panicFadeSeconds * sampleRateHz);
    this.#before = new Int32Array(playersLength);
    this.#envelope = new Float64Array(blockFrames);
    this.#samples = new Float32Array(blockFrames * playerRates.max + framesBefore + framesAfter + 2);
    this.#bent = new Float32Array(blockFrames);
  }

  /** Carries out an entry of the log, at once. */
  apply(instance: PatchInstance, words: Int32Array, floats: Float32Array, entry: number): void {
    const code = words[entry + EntryField.opcode];
    if ((code & opcodeMask) === Opcode.panic) return stopPlayers(instance, this.#panicFrames);
    const to = this.#entry;
    to.opcode = code & opcodeMask;
    to.player = code >>> instrumentShift;
    to.target = words[entry + EntryField.target];
    to.value = floats[entry + EntryField.value];
    to.extra = floats[entry + EntryField.extra];
    applyToPlayer(instance, to);
  }

  /**
   * Mixes what a block hears into the buses of a patch. Entries of the log that are due in the midst of the block, and which are not
   * `skipped`, take effect at their frames.
   *
   * @throws {RendererStaleError} when a page is gone that others have heard
   */
  hear(instance: PatchInstance, block: number, isSkipped: (position: number) => boolean): void {
    const { words, host } = instance;
    const isBusy = words[host + Host.players] !== 0 || this.#isAddressed(instance, block);
    const isSilent = !isBusy && words[host + Host.streams] === 0;
    const { streams } = instance;
    if (isSilent) this.#late = 0;
    else this.#lookThrough(instance, block, isSkipped);
    const low = this.#seals.claim(block, 0, this.#late & 0xFFFF);
    const high = this.#seals.claim(block, 1, this.#late >>> 16);
    if (low === sealLost || high === sealLost) {
      throw new RendererStaleError(`block ${block >>> 0}: the seal of its streams has been overwritten`);
    }
    if (isSilent) return;
    this.#late = low | high << 16;
    streams.fill(0);
    this.#walk(instance, block, isSkipped, Pass.mix);
    for (let player = 0; this.#late !== 0 && player < playerCount; player++) {
      if ((this.#late >>> player & 1) !== 0) words[playerIndex(instance, player) + Player.late]++;
    }
    // once more after the last player has ended: then the buses are silent
    words[host + Host.streams] = isBusy ? 1 : 0;
  }

  /** The pages that a block needs, whether or not they are there; nothing is heard yet. Offline only: it allocates. */
  needed(instance: PatchInstance, block: number, isSkipped: (position: number) => boolean): NeededPage[] {
    const needed = this.#needed = [];
    this.#lookThrough(instance, block, isSkipped);
    this.#needed = undefined;
    return needed;
  }

  /** Notes which players are late, and leaves them as they are. */
  #lookThrough(instance: PatchInstance, block: number, isSkipped: (position: number) => boolean): void {
    const { words, host, players } = instance;
    const { players: playing } = Host;
    const before = words[host + playing];
    this.#before.set(players);
    this.#late = 0;
    this.#walk(instance, block, isSkipped, Pass.look);
    players.set(this.#before);
    words[host + playing] = before;
  }

  /** Whether an entry that is due in the midst of this block acts on players. */
  #isAddressed(instance: PatchInstance, block: number): boolean {
    const { words, host } = instance;
    for (let at = 0; at < words[host + Host.pending]; at++) {
      const entry = pendingEntry(instance, at);
      if (words[entry + EntryField.block] !== block) return false;
      if (isForPlayers(words[entry + EntryField.opcode] & opcodeMask)) return true;
    }
    return false;
  }

  /** All players through a block, cut at the frames of their commands. */
  #walk(
    instance: PatchInstance,
    block: number,
    isSkipped: (position: number) => boolean,
    pass: number,
  ): void {
    const { words, floats, host } = instance;
    const pending = words[host + Host.pending];
    let frame = 0;
    for (let at = 0; at < pending; at++) {
      const entry = pendingEntry(instance, at);
      if (words[entry + EntryField.block] !== block) break;
      if (!isForPlayers(words[entry + EntryField.opcode] & opcodeMask)) continue;
      if (isSkipped(words[entry + EntryField.position])) continue;
      const due = words[entry + EntryField.frame];
      if (due > frame) this.#advanceAll(instance, frame, due, pass);
      frame = due;
      this.apply(instance, words, floats, entry);
    }
    this.#advanceAll(instance, frame, this.#blockFrames, pass);
  }

  #advanceAll(instance: PatchInstance, from: number, to: number, pass: number): void {
    const { words, host } = instance;
    for (let player = 0; player < playerCount; player++) {
      if ((words[host + Host.players] >>> player & 1) === 0) continue;
      const isLate = pass === Pass.mix && (this.#late >>> player & 1) !== 0;
      this.#frame = from;
      this.#advance(instance, player, to, isLate ? Pass.skip : pass);
    }
  }

  /** One player from a frame of the block to another, in pieces within which nothing turns. */
  #advance(instance: PatchInstance, player: number, to: number, pass: number): void {
    const { words, floats } = instance;
    const at = playerIndex(instance, player);
    while (this.#frame < to && words[at + Player.state] === PlayerState.playing) {
      const end = sliceEnd(words, at, words[at + Player.slice]);
      const frames = this.#steadyFrames(words, at, to - this.#frame);
      const isPlain = words[at + Player.fraction] === 0 && words[at + Player.rateFrames] === 0 &&
        floats[at + Player.rate] === 1;
      if (isPlain) this.#playPlain(instance, player, Math.min(frames, end - words[at + Player.frame]), pass);
      else this.#playBent(instance, player, frames, pass);
      this.#endPiece(instance, player);
      this.#move(instance, player, end);
      this.#frame += this.#frames;
    }
  }

  /** A piece at the rate of the file. */
  #playPlain(instance: PatchInstance, player: number, frames: number, pass: number): void {
    const { words } = instance;
    const at = playerIndex(instance, player);
    const first = words[at + Player.frame];
    this.#frames = frames;
    this.#moved = first + frames;
    if (pass === Pass.look) this.#look(words, at, player, first, first + frames - 1);
    else if (pass === Pass.mix) this.#mixPlain(instance, at);
  }

  /** A piece at another rate, or one that moves. */
  #playBent(instance: PatchInstance, player: number, most: number, pass: number): void {
    const { words, floats } = instance;
    const at = playerIndex(instance, player);
    const first = words[at + Player.frame];
    const end = sliceEnd(words, at, words[at + Player.slice]);
    this.#start = first + (words[at + Player.fraction] >>> 0) * fractionStep;
    this.#rate = floats[at + Player.rate];
    this.#bend = stepOf(words, floats, at + Player.rate);
    let frames = 1;
    while (frames < most && this.#positionAfter(frames) < end) frames++;
    this.#frames = frames;
    this.#moved = this.#positionAfter(frames);
    const last = Math.floor(this.#positionAfter(frames - 1)) + framesAfter;
    if (pass === Pass.look) this.#look(words, at, player, first - framesBefore, last);
    else if (pass === Pass.mix) this.#mixBent(instance, at, first - framesBefore, last);
    ramp(words, floats, at + Player.rate, frames);
  }

  /** Position in the file after some frames of the piece. */
  #positionAfter(frames: number): number {
    return this.#start + frames * this.#rate + this.#bend * (frames * (frames - 1) / 2);
  }

  /** Frames until level, gate, rate or a route have come to where they go, at most `most`. */
  #steadyFrames(words: Int32Array, at: number, most: number): number {
    let frames = shorter(most, words[at + Player.levelFrames]);
    frames = shorter(frames, words[at + Player.gateFrames]);
    frames = shorter(frames, words[at + Player.rateFrames]);
    for (let route = 0; route < words[at + Player.routes]; route++) {
      frames = shorter(frames, words[at + Player.firstRoute + route * routeWords + 3]);
    }
    return frames;
  }

  /** Level, gate and routes after a piece. */
  #endPiece(instance: PatchInstance, player: number): void {
    const { words, floats } = instance;
    const at = playerIndex(instance, player);
    const frames = this.#frames;
    moveLevel(words, floats, at, frames);
    for (let route = 0; route < words[at + Player.routes]; route++) {
      ramp(words, floats, at + Player.firstRoute + route * routeWords + 1, frames);
    }
    const isGateMoving = words[at + Player.gateFrames] > 0;
    if (words[at + Player.gateHolds] === 0) ramp(words, floats, at + Player.gate, frames);
    else hold(words, floats, at + Player.gate, frames);
    if (isGateMoving && words[at + Player.gateFrames] === 0) endGate(instance, player);
  }

  /** The position after a piece; at the end of a slice it is played again, or the next one. */
  #move(instance: PatchInstance, player: number, end: number): void {
    const { words } = instance;
    const at = playerIndex(instance, player);
    if (words[at + Player.state] === PlayerState.empty) return;
    const position = this.#moved;
    let next = position;
    if (position >= end) {
      const slice = words[at + Player.slice];
      const count = words[at + Player.firstSlice + slice * 2 + 1];
      const plays = words[at + Player.plays] + 1;
      const isAgain = words[at + Player.leaves] === 0 && (count === 0 || plays < count);
      if (isAgain) {
        const begin = sliceStart(words, at, slice);
        next = begin + (position - end) % (end - begin);
        words[at + Player.plays] = plays;
      } else {
        words[at + Player.plays] = words[at + Player.leaves] = 0;
        words[at + Player.slice] = slice + 1;
        if (slice + 1 === words[at + Player.slices]) return stopPlayer(instance, player);
        next = Math.min(next, sliceEnd(words, at, slice + 1) - 1);
      }
    }
    const whole = Math.floor(next);
    words[at + Player.frame] = whole;
    words[at + Player.fraction] = (next - whole) / fractionStep;
  }

  /** Whether the pages of some frames are there; if not, the player is late. */
  #look(words: Int32Array, at: number, player: number, first: number, last: number): void {
    const channels = words[at + Player.channels];
    const file = words[at + Player.file];
    const shift = 31 - Math.clz32(pageFrames(channels));
    const end = lastEnd(words, at);
    const lastPage = Math.min(last, end - 1) >> shift;
    for (let page = Math.max(0, first) >> shift; page <= lastPage; page++) {
      this.#needed?.push({ file, channels, page });
      if (findPage(this.#memory, file, page) >= 0) continue;
      this.#late |= 1 << player;
      if (this.#needed === undefined) return;
    }
  }

  /** Takes level and gate of a piece: one number where neither moves, else one for each frame. */
  #shape({ words, floats }: PatchInstance, at: number): void {
    const level = floats[at + Player.level];
    const gate = floats[at + Player.gate];
    const levelStep = stepOf(words, floats, at + Player.level);
    const gateStep = words[at + Player.gateHolds] === 0 ? stepOf(words, floats, at + Player.gate) : 0;
    this.#isFlat = levelStep === 0 && gateStep === 0;
    this.#flat = level * gate;
    if (words[at + Player.levelFrames] !== 0 && words[at + Player.levelCurve] !== FadeCurve.linear) {
      this.#isFlat = false;
      return this.#shapeByCurve(words, floats, at, gate, gateStep);
    }
    for (let frame = 0; !this.#isFlat && frame < this.#frames; frame++) {
      this.#envelope[frame] = (level + levelStep * frame) * (gate + gateStep * frame);
    }
  }

  /** The same with a level that moves by a curve. */
  #shapeByCurve(words: Int32Array, floats: Float32Array, at: number, gate: number, gateStep: number): void {
    for (let frame = 0; frame < this.#frames; frame++) {
      this.#envelope[frame] = levelAfter(words, floats, at, frame) * (gate + gateStep * frame);
    }
  }

  #mixPlain(instance: PatchInstance, at: number): void {
    const { words } = instance;
    this.#shape(instance, at);
    const file = words[at + Player.file];
    const perPage = pageFrames(words[at + Player.channels]);
    const first = words[at + Player.frame];
    for (let done = 0; done < this.#frames;) {
      const page = Math.floor((first + done) / perPage);
      const offset = (first + done) & (perPage - 1);
      const count = Math.min(this.#frames - done, perPage - offset);
      const place = this.#require(file, page);
      for (let route = 0; route < words[at + Player.routes]; route++) {
        const channel = words[at + Player.firstRoute + route * routeWords] & 0xFF;
        if (channel >= words[at + Player.channels]) continue;
        const source = pageSamplesIndex(this.#memory, place) + channel * perPage + offset;
        this.#add(instance, at, route, this.#memory.floats, source, done, count);
      }
      this.#requireStill(place, file, page);
      done += count;
    }
  }

  /** At another rate: a cubic through four frames (Catmull and Rom), of the frames from `first` to `last`. */
  #mixBent(instance: PatchInstance, at: number, first: number, last: number): void {
    const { words } = instance;
    this.#shape(instance, at);
    for (let channel = 0; channel < words[at + Player.channels]; channel++) {
      let isRead = false;
      for (let route = 0; route < words[at + Player.routes]; route++) {
        if ((words[at + Player.firstRoute + route * routeWords] & 0xFF) !== channel) continue;
        if (!isRead) this.#interpolate(words, at, channel, first, last);
        isRead = true;
        this.#add(instance, at, route, this.#bent, 0, 0, this.#frames);
      }
    }
  }

  #interpolate(words: Int32Array, at: number, channel: number, first: number, last: number): void {
    this.#gather(words, at, channel, first, last - first + 1);
    const samples = this.#samples;
    for (let frame = 0; frame < this.#frames; frame++) {
      const position = this.#positionAfter(frame) - first;
      const whole = Math.floor(position);
      const part = position - whole;
      const a = samples[whole - 1];
      const b = samples[whole];
      const c = samples[whole + 1];
      const d = samples[whole + 2];
      const cubic = 3 * (b - c) + d - a;
      this.#bent[frame] = b + 0.5 * part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * cubic));
    }
  }

  /** Samples of one channel from a frame of the file on; silence outside of it. */
  #gather(words: Int32Array, at: number, channel: number, first: number, count: number): void {
    const file = words[at + Player.file];
    const perPage = pageFrames(words[at + Player.channels]);
    const end = lastEnd(words, at);
    const { floats } = this.#memory;
    for (let index = 0; index < count;) {
      const frame = first + index;
      if (frame < 0 || frame >= end) {
        this.#samples[index++] = 0;
        continue;
      }
      const page = Math.floor(frame / perPage);
      const offset = frame & (perPage - 1);
      const place = this.#require(file, page);
      const source = pageSamplesIndex(this.#memory, place) + channel * perPage + offset;
      const run = Math.min(count - index, perPage - offset, end - frame);
      for (let sample = 0; sample < run; sample++) this.#samples[index + sample] = floats[source + sample];
      this.#requireStill(place, file, page);
      index += run;
    }
  }

  /** Adds samples to the bus of a route. `done`: frames of the piece that lie before them. */
  #add(
    { words, floats, streams, description: { arena } }: PatchInstance,
    at: number,
    route: number,
    samples: Float32Array,
    source: number,
    done: number,
    count: number,
  ): void {
    const place = at + Player.firstRoute + route * routeWords;
    const bus = words[place] >>> 8;
    if (arena.streams === undefined || bus >= arena.streams.buses) return;
    const { channels, maximumBlockFrames } = arena;
    const row = Math.floor(bus / channels) * maximumBlockFrames * channels + bus % channels;
    const gain = floats[place + 1];
    const step = stepOf(words, floats, place + 1);
    let target = row + (this.#frame + done) * channels;
    if (this.#isFlat && step === 0) {
      const flat = this.#flat * gain;
      for (let frame = 0; frame < count; frame++, target += channels) {
        streams[target] += samples[source + frame] * flat;
      }
      return;
    }
    for (let frame = 0; frame < count; frame++, target += channels) {
      const shape = this.#isFlat ? this.#flat : this.#envelope[done + frame];
      streams[target] += samples[source + frame] * shape * (gain + step * (done + frame));
    }
  }

  /** The place of a page that others have heard. */
  #require(file: number, page: number): number {
    const place = findPage(this.#memory, file, page);
    if (place >= 0) return place;
    throw new RendererStaleError(`page ${page} of stream ${file}: it is gone, and others have heard it`);
  }

  #requireStill(place: number, file: number, page: number): void {
    if (!holdsPage(this.#memory, place, file, page)) this.#require(-1, page);
  }
}

/** How far a value goes in each frame: it, its target and the frames until then follow each other. */
function stepOf(words: Int32Array, floats: Float32Array, value: number): number {
  const left = words[value + 2];
  return left === 0 ? 0 : (floats[value + 1] - floats[value]) / left;
}

/** Moves a value on by some frames. */
function ramp(words: Int32Array, floats: Float32Array, value: number, frames: number): void {
  const left = words[value + 2];
  if (left === 0) return;
  if (left <= frames) floats[value] = floats[value + 1];
  else floats[value] += stepOf(words, floats, value) * frames;
  words[value + 2] = Math.max(0, left - frames);
}

/** Level of a player some frames on, on the way of a curve. */
function levelAfter(words: Int32Array, floats: Float32Array, at: number, frames: number): number {
  const length = words[at + Player.levelLength];
  const done = length - words[at + Player.levelFrames] + frames;
  const from = floats[at + Player.levelFrom];
  return fadeGain(words[at + Player.levelCurve], from, floats[at + Player.levelTarget], done / length);
}

/** Moves the level of a player on. */
function moveLevel(words: Int32Array, floats: Float32Array, at: number, frames: number): void {
  const left = words[at + Player.levelFrames];
  if (words[at + Player.levelCurve] === FadeCurve.linear || left <= frames) {
    return ramp(words, floats, at + Player.level, frames);
  }
  const level = levelAfter(words, floats, at, frames);
  words[at + Player.levelFrames] = left - frames;
  floats[at + Player.level] = level;
}

/** Lets frames pass by a value that jumps at their end. */
function hold(words: Int32Array, floats: Float32Array, value: number, frames: number): void {
  const left = words[value + 2];
  if (left === 0) return;
  if (left <= frames) floats[value] = floats[value + 1];
  words[value + 2] = Math.max(0, left - frames);
}

function shorter(frames: number, left: number): number {
  return left > 0 && left < frames ? left : frames;
}

/** The frame before which the last slice ends: there is no sound behind it. */
function lastEnd(words: Int32Array, at: number): number {
  return sliceEnd(words, at, words[at + Player.slices] - 1);
}
