/**
 * The meaning of MIDI messages for a patch, the same from a keyboard and packed in OSC. Channels 1 to 16 play the patch's
 * instruments in their order. The bend wheel reaches two semitones, the default of MIDI. Program changes load another patch;
 * `program_changes.ts` decides when.
 */
import type { ParameterDeclaration } from "../compiler/graph/compiled_patch.ts";
import { type Command, CommandRefusedError, type EngineControl } from "../engine/control/control.ts";

/** The parts of a patch that a message can address. */
export type MidiTarget = Pick<EngineControl, "parameters" | "instruments">;

/**
 * Controllers and the parameter that each sets, if the channel's instrument has one of this name. Numbers and meanings are
 * those of the MIDI 1.0 control change table; 71 to 75 are its sound controllers 2 to 6.
 */
export const controllerParameters: Readonly<Record<number, string>> = {
  5: "glideSeconds",
  7: "gainDb",
  10: "pan",
  71: "q",
  72: "releaseSeconds",
  73: "attackSeconds",
  74: "cutoffHz",
  75: "decaySeconds",
};

/** Damper pedal; 64 and more is down. */
const pedalController = 64;

/** All sound off, and all notes off. */
const panicControllers = [120, 123];

/** How far the wheel bends at its ends, in semitones. */
const bendSemitones = 2;

/** A channel message as it came in. */
export interface ChannelMessage {
  /** Kind and channel, 0x80 to 0xEF. */
  readonly status: number;
  /** Data byte, 0 to 127. */
  readonly first: number;
  /** Data byte, 0 to 127; ignored for kinds that have only one. */
  readonly second: number;
}

/**
 * The command of one channel message.
 *
 * @throws {CommandRefusedError} for another kind of message, and for an instrument or controller that the patch lacks
 */
export function readMidi({ status, first, second }: ChannelMessage, target: MidiTarget): Command {
  const instrument = () => instrumentOf((status & 15) + 1, target);
  if (first > 127 || second > 127) {
    throw new CommandRefusedError(`expected data bytes of 0 to 127, found ${first} and ${second}`);
  }
  switch (status >> 4) {
    case 8:
      return noteCommand(instrument(), first, 0);
    case 9:
      return noteCommand(instrument(), first, second);
    case 10:
      return pressureCommand(instrument(), second, first);
    case 11:
      return controlCommand({ instrument: instrument(), controller: first, value: second }, target);
    case 13:
      return pressureCommand(instrument(), first, undefined);
    case 14:
      return bendCommand(instrument(), second << 7 | first);
    default:
      throw new CommandRefusedError(
        `expected note on, note off, control change, aftertouch or pitch bend, found status 0x${
          status.toString(16)
        }`,
      );
  }
}

/** Index of the instrument that a channel, 1 to 16, plays. Throws {@link CommandRefusedError} where there is none. */
export function instrumentOf(channel: number, { instruments }: MidiTarget): number {
  if (channel >= 1 && channel <= instruments.length) return channel - 1;
  throw new CommandRefusedError(
    `channel: expected 1 to ${instruments.length}, one for each instrument, found ${channel}`,
  );
}

/** The patch of a program's number. Throws {@link CommandRefusedError} where there is none. */
export function patchOfProgram(program: number, patches: readonly string[]): string {
  const patch = patches[program];
  if (patch !== undefined) return patch;
  throw new CommandRefusedError(`program: expected 0 to ${patches.length - 1}, found ${program}`);
}

/** Number and velocity 0 to 127; velocity 0 releases. */
export function noteCommand(instrument: number, number: number, velocity: number): Command {
  if (velocity === 0) return { kind: "noteOff", instrument, id: number };
  return { kind: "noteOn", instrument, id: number, number, velocity: velocity / 127 };
}

/** @param value 0 to 16383, 8192 in the middle */
export function bendCommand(instrument: number, value: number): Command {
  const part = (value - 8_192) / (value < 8_192 ? 8_192 : 8_191);
  return { kind: "express", instrument, what: "bend", value: part * bendSemitones };
}

/** @param value 0 to 127, for one note, or for all where `id` is undefined */
export function pressureCommand(instrument: number, value: number, id: number | undefined): Command {
  return { kind: "express", instrument, id, what: "pressure", value: value / 127 };
}

/** What a control change says, and to which instrument. */
export interface ControlChange {
  readonly instrument: number;
  readonly controller: number;
  /** 0 to 127. */
  readonly value: number;
}

/**
 * The command of a control change: pedal, panic, or the parameter that the controller sets.
 *
 * @throws {CommandRefusedError} naming the controllers that the instrument has
 */
export function controlCommand(
  { instrument, controller, value }: ControlChange,
  target: MidiTarget,
): Command {
  if (controller === pedalController) return { kind: "pedal", instrument, down: value >= 64 };
  if (panicControllers.includes(controller)) return { kind: "panic" };
  const name = target.instruments[instrument];
  const address = `${name}/${controllerParameters[controller]}`;
  const parameter = target.parameters.findIndex((declared) => declared.address === address);
  if (parameter >= 0) {
    return { kind: "set", parameter, value: controlledValue(value, target.parameters[parameter]) };
  }
  const known = Object.entries(controllerParameters)
    .filter(([, wanted]) => target.parameters.some((declared) => declared.address === `${name}/${wanted}`))
    .map(([number, wanted]) => `${number} (${wanted})`);
  throw new CommandRefusedError(
    `controller: ${name} has ${
      [...known, "64 (pedal)", "120 and 123 (panic)"].join(", ")
    }, found ${controller}`,
  );
}

/**
 * The parameter's value for a controller's value. Gain follows the curve that MIDI recommends for volume, 40 log10(value / 127)
 * dB, so that 127 is 0 dB. A range that is symmetric around zero has its middle at 64. All others follow the parameter's curve.
 *
 * @param value 0 to 127
 */
export function controlledValue(value: number, { unit, min, max, curve }: ParameterDeclaration): number {
  const part = value / 127;
  if (unit === "dB") return Math.max(min, Math.min(max, 40 * Math.log10(part)));
  if (min === -max) return max * (value - 64) / (value <= 64 ? 64 : 63);
  const spread = curve === "exponential" ? min * (max / min) ** part : min + (max - min) * part;
  return Math.max(min, Math.min(max, spread));
}
