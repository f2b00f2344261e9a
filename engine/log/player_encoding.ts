/** Commands of players of streams as entries of the log, and back. */
import {
  CommandRefusedError,
  type FadeCurveName,
  fadeCurves,
  type PlayerAction,
  type PlayerCommand,
} from "../control/control.ts";
import { maxFileChannels, playerCount, playerRates } from "../memory/constants.ts";
import { type LogEntry, Opcode } from "./command_log.ts";

/** Largest gain: 24 dB. */
const maxGain = 16;

/** Longest ramp in frames, and most repetitions: whole numbers up to here are exact in 32-bit floats. */
const maxExact = 2 ** 24;

/** Longest file in frames: 12 hours at 48 kHz. */
const maxFrames = 2 ** 31 - 1;

/** What becomes of a player whose gate is closed, by its number in the log. */
const afterGate = [undefined, "stop", "pause"] as const;

/** Added to that where the gate holds until its frames are over. */
const gateHolds = 4;

/** Turns a command into a log entry. Throws {@link CommandRefusedError} naming the expected range. */
export function encodePlayerCommand(command: PlayerCommand, at: LogEntry["at"]): LogEntry {
  const { player } = command;
  check("player", player, { min: 0, max: playerCount - 1 });
  return { instrument: player, extra: 0, value: 0, target: 0, ...wordsOf(command), at };
}

function wordsOf(action: PlayerAction): Pick<LogEntry, "opcode"> & Partial<LogEntry> {
  switch (action.what) {
    case "open":
      check("file", action.file, { min: 1, max: maxFrames });
      check("channels", action.channels, { min: 1, max: maxFileChannels });
      return { opcode: Opcode.playerOpen, target: action.file, value: action.channels };
    case "slice":
      check("end of the slice", action.endFrame, { min: 1, max: maxFrames });
      check("count", action.count, { min: 0, max: maxExact });
      return { opcode: Opcode.playerSlice, target: action.endFrame, value: action.count };
    case "seek":
      check("frame", action.frame, { min: 0, max: maxFrames });
      return { opcode: Opcode.playerSeek, target: action.frame };
    case "gate": {
      check("fade", action.frames, { min: 0, max: maxFrames });
      const extra = afterGate.indexOf(action.then) + (action.holds ? gateHolds : 0);
      return { opcode: Opcode.playerGate, target: action.frames, value: action.open ? 1 : 0, extra };
    }
    case "level":
      check("gain", action.gain, { min: 0, max: maxGain, isWhole: false });
      check("fade", action.frames, { min: 0, max: maxFrames });
      return {
        opcode: Opcode.playerLevel,
        target: action.frames,
        value: action.gain,
        extra: curveNumber(action),
      };
    case "rate":
      check("rate", action.rate, { ...playerRates, isWhole: false });
      check("ramp", action.frames, { min: 0, max: maxFrames });
      return { opcode: Opcode.playerRate, target: action.frames, value: action.rate };
    case "route":
      check("channel", action.channel, { min: 0, max: maxFileChannels - 1 });
      check("bus", action.bus, { min: 0, max: 0xFFFF });
      check("gain", action.gain, { min: 0, max: maxGain, isWhole: false });
      check("fade", action.frames, { min: 0, max: maxExact });
      return {
        opcode: Opcode.playerRoute,
        target: action.channel | action.bus << 8,
        value: action.gain,
        extra: action.frames,
      };
    case "devamp":
      return { opcode: Opcode.playerDevamp };
  }
}

/** The command of an entry; undefined where it is none of a player. */
export function decodePlayerCommand(entry: Omit<LogEntry, "at">): PlayerCommand | undefined {
  const action = actionOf(entry);
  return action && { kind: "player", player: entry.instrument ?? 0, ...action };
}

function actionOf({ opcode, target, value, extra }: Omit<LogEntry, "at">): PlayerAction | undefined {
  switch (opcode) {
    case Opcode.playerOpen:
      return { what: "open", file: target, channels: value };
    case Opcode.playerSlice:
      return { what: "slice", endFrame: target, count: value };
    case Opcode.playerSeek:
      return { what: "seek", frame: target };
    case Opcode.playerGate:
      return {
        what: "gate",
        open: value > 0,
        frames: target,
        then: afterGate[extra % gateHolds],
        ...(extra >= gateHolds && { holds: true }),
      };
    case Opcode.playerLevel:
      return { what: "level", gain: value, frames: target, ...(extra > 0 && { curve: fadeCurves[extra] }) };
    case Opcode.playerRate:
      return { what: "rate", rate: value, frames: target };
    case Opcode.playerRoute:
      return { what: "route", channel: target & 0xFF, bus: target >>> 8, gain: value, frames: extra };
    case Opcode.playerDevamp:
      return { what: "devamp" };
    default:
      return undefined;
  }
}

function curveNumber({ curve = "linear" }: { readonly curve?: FadeCurveName }): number {
  return fadeCurves.indexOf(curve);
}

interface Range {
  readonly min: number;
  readonly max: number;
  /** True by default. */
  readonly isWhole?: boolean;
}

function check(name: string, value: number, { min, max, isWhole = true }: Range): void {
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return;
  throw new CommandRefusedError(
    `${name}: expected ${isWhole ? "a whole number from " : ""}${min} to ${max}, found ${value}`,
  );
}
