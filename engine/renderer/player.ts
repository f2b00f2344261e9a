/**
 * Players of streams: their state, in the host region of a patch's arena, so that a snapshot carries it and another patch takes it
 * over. A player plays slices of a file one after the other, each once, several times, or until it is told to go on; its routes
 * bring channels of the file to buses. Renderer threads; nothing allocates.
 */
import { Opcode } from "../log/command_log.ts";
import { firstPlayerWord, maxRoutes, maxSlices, playerCount, playerWords } from "../memory/constants.ts";
import { Host, type PatchInstance } from "./patch_instance.ts";

/** Words of a player. Gains and rates are 32-bit floats. */
export const Player = {
  /** Number of its file. */
  file: 0,
  /** Channels of the file. */
  channels: 1,
  /** See {@link PlayerState}. */
  state: 2,
  /** The next frame of the file, and the part of a frame beyond it in 2^-32. */
  frame: 3,
  fraction: 4,
  level: 5,
  levelTarget: 6,
  levelFrames: 7,
  rate: 8,
  rateTarget: 9,
  rateFrames: 10,
  /** Opens and closes what is heard: at the end of its way to 0 the player stops or pauses, as `after` says. */
  gate: 11,
  gateTarget: 12,
  gateFrames: 13,
  after: 14,
  /** Slices of the file, the one that plays, and how often that was played to its end. */
  slices: 15,
  slice: 16,
  plays: 17,
  /** 1: the slice that plays is the last time that it is played. */
  leaves: 18,
  routes: 19,
  /** Blocks in which its pages were not there, and it was silent. */
  late: 20,
  /** Times that a file was opened on this player. */
  opened: 21,
  /** Of a level on its way: its curve, where it came from, and its frames in all. */
  levelCurve: 22,
  levelFrom: 23,
  levelLength: 24,
  /** 1: the gate stays as it is until its frames are over. */
  gateHolds: 25,
  /** End of each slice, and how often it is played; 0: until it is left. */
  firstSlice: 32,
  /** Channel and, above 8 bits, bus; gain; where it goes; and frames until then. */
  firstRoute: 64,
} as const;

export const PlayerState = { empty: 0, paused: 1, playing: 2 } as const;

/** What a player does when its gate is closed. */
const AfterGate = { none: 0, stop: 1, pause: 2 } as const;

const sliceWords = 2;
export const routeWords = 4;

/** Index of the first word of a player. */
export function playerIndex({ host }: PatchInstance, player: number): number {
  return host + firstPlayerWord + player * playerWords;
}

/** Whether an opcode acts on players: then it takes effect before the block is rendered. */
export function isForPlayers(opcode: number): boolean {
  return opcode === Opcode.panic || (opcode >= Opcode.playerOpen && opcode <= Opcode.playerDevamp);
}

/** An entry of the log for a player. */
export interface PlayerEntry {
  opcode: number;
  player: number;
  target: number;
  value: number;
  extra: number;
}

/** Carries out an entry of the log. What a player lacks room for is left out. */
export function applyToPlayer(
  instance: PatchInstance,
  { opcode, player, target, value, extra }: PlayerEntry,
): void {
  if (player >= playerCount) return;
  const { words, floats } = instance;
  const at = playerIndex(instance, player);
  if (opcode === Opcode.playerOpen) return open(instance, player, target, value);
  if (words[at + Player.state] === PlayerState.empty) return;
  switch (opcode) {
    case Opcode.playerSlice:
      return addSlice(words, at, target, value);
    case Opcode.playerSeek:
      return seek(instance, player, target);
    case Opcode.playerGate:
      moveGate(instance, player, target, value, extra & 3);
      words[at + Player.gateHolds] = extra >> 2;
      return;
    case Opcode.playerLevel:
      floats[at + Player.levelFrom] = floats[at + Player.level];
      floats[at + Player.levelTarget] = value;
      words[at + Player.levelFrames] = words[at + Player.levelLength] = Math.max(0, target);
      words[at + Player.levelCurve] = extra;
      if (target <= 0) floats[at + Player.level] = value;
      return;
    case Opcode.playerRate:
      floats[at + Player.rateTarget] = value;
      words[at + Player.rateFrames] = Math.max(0, target);
      if (target <= 0) floats[at + Player.rate] = value;
      return;
    case Opcode.playerRoute:
      return route(instance, at, target, value, extra);
    case Opcode.playerDevamp:
      words[at + Player.leaves] = 1;
  }
}

/** Closes the gates of all players within some frames, and stops them. */
export function stopPlayers(instance: PatchInstance, frames: number): void {
  for (let player = 0; player < playerCount; player++) {
    if (instance.words[playerIndex(instance, player) + Player.state] !== PlayerState.empty) {
      moveGate(instance, player, frames, 0, AfterGate.stop);
    }
  }
}

/** Empties a player. */
export function stopPlayer(instance: PatchInstance, player: number): void {
  const { words, host } = instance;
  words[playerIndex(instance, player) + Player.state] = PlayerState.empty;
  words[host + Host.players] &= ~(1 << player);
}

function open(instance: PatchInstance, player: number, file: number, channels: number): void {
  const { words, floats, host } = instance;
  const at = playerIndex(instance, player);
  const opened = (words[at + Player.opened] + 1) | 0;
  for (let word = 0; word < playerWords; word++) words[at + word] = 0;
  words[at + Player.file] = file;
  words[at + Player.channels] = channels;
  words[at + Player.state] = PlayerState.paused;
  words[at + Player.opened] = opened;
  floats[at + Player.level] = floats[at + Player.levelTarget] = 1;
  floats[at + Player.rate] = floats[at + Player.rateTarget] = 1;
  words[host + Host.players] |= 1 << player;
}

function addSlice(words: Int32Array, at: number, end: number, count: number): void {
  const slices = words[at + Player.slices];
  if (slices >= maxSlices || end <= (slices === 0 ? 0 : sliceEnd(words, at, slices - 1))) return;
  words[at + Player.firstSlice + slices * sliceWords] = end;
  words[at + Player.firstSlice + slices * sliceWords + 1] = Math.max(0, count);
  words[at + Player.slices] = slices + 1;
}

function seek(instance: PatchInstance, player: number, frame: number): void {
  const { words } = instance;
  const at = playerIndex(instance, player);
  const slices = words[at + Player.slices];
  let slice = 0;
  while (slice < slices && sliceEnd(words, at, slice) <= frame) slice++;
  if (slice === slices) return stopPlayer(instance, player);
  words[at + Player.frame] = Math.max(0, frame);
  words[at + Player.fraction] = 0;
  words[at + Player.slice] = slice;
  words[at + Player.plays] = words[at + Player.leaves] = 0;
}

function moveGate(
  instance: PatchInstance,
  player: number,
  frames: number,
  gate: number,
  after: number,
): void {
  const { words, floats } = instance;
  const at = playerIndex(instance, player);
  const isPaused = words[at + Player.state] === PlayerState.paused;
  if (gate > 0 && words[at + Player.slices] > 0) words[at + Player.state] = PlayerState.playing;
  floats[at + Player.gateTarget] = gate;
  words[at + Player.gateFrames] = Math.max(0, frames);
  words[at + Player.after] = after;
  // one that pauses is silent already
  if (frames <= 0 || (isPaused && gate === 0)) {
    floats[at + Player.gate] = gate;
    words[at + Player.gateFrames] = 0;
    endGate(instance, player);
  }
}

/** The gate has come to where it goes. */
export function endGate(instance: PatchInstance, player: number): void {
  const { words, floats } = instance;
  const at = playerIndex(instance, player);
  const after = words[at + Player.after];
  words[at + Player.after] = AfterGate.none;
  if (floats[at + Player.gate] > 0) return;
  if (after === AfterGate.stop) stopPlayer(instance, player);
  else if (after === AfterGate.pause) words[at + Player.state] = PlayerState.paused;
}

function route(
  { words, floats }: PatchInstance,
  at: number,
  key: number,
  gain: number,
  frames: number,
): void {
  const routes = words[at + Player.routes];
  let found = 0;
  while (found < routes && words[at + Player.firstRoute + found * routeWords] !== key) found++;
  if (found === routes) {
    if (routes >= maxRoutes) return;
    words[at + Player.routes] = routes + 1;
    words[at + Player.firstRoute + found * routeWords] = key;
    floats[at + Player.firstRoute + found * routeWords + 1] = 0;
  }
  const place = at + Player.firstRoute + found * routeWords;
  floats[place + 2] = gain;
  words[place + 3] = Math.max(0, frames);
  if (frames <= 0) floats[place + 1] = gain;
}

/** The frame before which a slice ends. */
export function sliceEnd(words: Int32Array, at: number, slice: number): number {
  return words[at + Player.firstSlice + slice * sliceWords];
}

/** The frame at which a slice begins. */
export function sliceStart(words: Int32Array, at: number, slice: number): number {
  return slice === 0 ? 0 : sliceEnd(words, at, slice - 1);
}
