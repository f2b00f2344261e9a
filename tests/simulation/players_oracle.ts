/**
 * What players of streams sound like on the first bus, told a second time, frame by frame: no pages, no arena, only the commands and
 * which players are late in a block. Files are straight lines, levels and fades powers of two: every sample is exact.
 */
import type { PlayerAction } from "../../engine/control/control.ts";
import { decodePlayerCommand } from "../../engine/log/player_encoding.ts";
import type { LogEntry } from "../../engine/log/command_log.ts";
import { lineSample } from "../../testing/engine/stream_renderer.ts";

interface Told {
  readonly slices: { readonly end: number; readonly count: number }[];
  state: "paused" | "playing";
  frame: number;
  slice: number;
  plays: number;
  leaves: boolean;
  level: number;
  gate: number;
  gateTarget: number;
  gateFrames: number;
  after: "stop" | "pause" | undefined;
  /** Gain of each channel of the file on the bus. */
  readonly gains: Map<number, number>;
}

export class PlayersOracle {
  readonly #players = new Map<number, Told>();

  /** A command of the log; one that is for no player does nothing. */
  apply(entry: LogEntry): void {
    const command = decodePlayerCommand(entry);
    if (command === undefined) return;
    const { player } = command;
    if (command.what === "open") this.#players.set(player, newlyOpened());
    const told = this.#players.get(player);
    if (told !== undefined) this.#act(player, told, command);
  }

  /** All fade out within some frames, and stop. */
  panic(frames: number): void {
    for (const [player, told] of [...this.#players]) {
      this.#gate(player, told, { open: false, frames, then: "stop" });
    }
  }

  /**
   * What the bus holds in the next frame.
   *
   * @param late one bit for each player that is silent in this block
   */
  nextFrame(late: number): number {
    let sum = 0;
    for (const [player, told] of [...this.#players].sort(([a], [b]) => a - b)) {
      if (told.state !== "playing") continue;
      if ((late >>> player & 1) === 0) sum = added(sum, told);
      this.#moveGate(player, told);
      if (this.#players.get(player) === told) this.#moveOn(player, told);
    }
    return sum;
  }

  #act(player: number, told: Told, action: PlayerAction): void {
    switch (action.what) {
      case "slice":
        if (action.endFrame > (told.slices.at(-1)?.end ?? 0)) {
          told.slices.push({ end: action.endFrame, count: action.count });
        }
        return;
      case "seek":
        told.slice = told.slices.findIndex(({ end }) => end > action.frame);
        told.frame = action.frame;
        told.plays = 0;
        told.leaves = false;
        if (told.slice < 0) this.#players.delete(player);
        return;
      case "gate":
        return this.#gate(player, told, action);
      case "level":
        told.level = action.gain;
        return;
      case "route":
        told.gains.set(action.channel, action.gain);
        return;
      case "devamp":
        told.leaves = true;
    }
  }

  #gate(player: number, told: Told, action: Omit<Extract<PlayerAction, { what: "gate" }>, "what">): void {
    const isPaused = told.state === "paused";
    const target = action.open ? 1 : 0;
    if (action.open && told.slices.length > 0) told.state = "playing";
    told.gateTarget = target;
    told.gateFrames = action.frames;
    told.after = action.then;
    if (action.frames > 0 && !(isPaused && !action.open)) return;
    told.gate = target;
    told.gateFrames = 0;
    this.#endGate(player, told);
  }

  #moveGate(player: number, told: Told): void {
    if (told.gateFrames === 0) return;
    told.gate += (told.gateTarget - told.gate) / told.gateFrames--;
    if (told.gateFrames === 0) this.#endGate(player, told);
  }

  #endGate(player: number, told: Told): void {
    const { after } = told;
    told.after = undefined;
    if (told.gate > 0) return;
    if (after === "stop") this.#players.delete(player);
    if (after === "pause") told.state = "paused";
  }

  #moveOn(player: number, told: Told): void {
    const { end, count } = told.slices[told.slice];
    if (++told.frame < end) return;
    if (!told.leaves && (count === 0 || ++told.plays < count)) {
      told.frame = told.slices[told.slice - 1]?.end ?? 0;
      return;
    }
    told.plays = 0;
    told.leaves = false;
    if (++told.slice === told.slices.length) this.#players.delete(player);
  }
}

function newlyOpened(): Told {
  return {
    state: "paused",
    slices: [],
    frame: 0,
    slice: 0,
    plays: 0,
    leaves: false,
    level: 1,
    gate: 0,
    gateTarget: 0,
    gateFrames: 0,
    after: undefined,
    gains: new Map(),
  };
}

/** The sum with what a player plays in this frame. */
function added(sum: number, { frame, level, gate, gains }: Told): number {
  for (const [channel, gain] of gains) {
    sum = Math.fround(sum + (channel === 0 ? 1 : -1) * lineSample(frame) * (level * gate) * gain);
  }
  return sum;
}
