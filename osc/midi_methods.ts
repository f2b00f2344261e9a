/**
 * Control in the words of MIDI, for what speaks only those: `/midi/note`, `/midi/cc`, and MIDI packed in OSC (`/midi ,m`).
 * Channels 1 to 16 play the patch's instruments in their order. Bend and program are not understood: the first needs a
 * bend of each voice, the second the exchange of patches.
 */
import type { Command, EngineControl } from "../engine/control.ts";
import { MessageRefused, numbers } from "./arguments.ts";
import type { OscArgument } from "./codec.ts";
import type { MusicMethod } from "./music_methods.ts";
import type { ArgumentRange, ParameterDeclaration } from "./oscquery/namespace.ts";

type Patch = Pick<EngineControl, "parameters" | "instruments">;

/**
 * Controllers and the parameter of the channel's instrument that each turns, where there is one of this name. Numbers and
 * meanings as in the MIDI 1.0 control change table; 71 to 75 are its sound controllers 2 to 6.
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

/** Damper pedal; from 64 on it is down. */
const pedalController = 64;

/** All sound off, and all notes off. */
const panicControllers = [120, 123];

const channel: ArgumentRange = { MIN: 1, MAX: 16 };
const seven: ArgumentRange = { MIN: 0, MAX: 127 };

/** Methods for the instruments of a patch. */
export function midiMethods(patch: Patch): MusicMethod[] {
  return [
    {
      address: "/midi/note",
      types: "iii",
      description: "MIDI note: channel 1..16, number 0..127, velocity 0..127; velocity 0 releases",
      ranges: { iii: [channel, seven, seven] },
      read: (args) => {
        const [number, note, velocity] = integers(args, 3);
        return noteCommand(instrumentOf(number, patch), note, velocity);
      },
    },
    {
      address: "/midi/cc",
      types: "iii",
      description: "MIDI control change: channel 1..16, controller 0..127, value 0..127",
      ranges: { iii: [channel, seven, seven] },
      read: (args) => {
        const [number, controller, value] = integers(args, 3);
        return controlCommand(instrumentOf(number, patch), controller, value, patch);
      },
    },
    {
      address: "/midi",
      types: "m",
      description: "a MIDI message: note on, note off or control change",
      read: (args) => readPacked(args, patch),
    },
  ];
}

/**
 * The parameter's value for a controller's. Gain follows the curve that MIDI recommends for volume, 40 log10 of the part,
 * so that 127 is 0 dB; a range around zero has its middle at 64; all others are spread as the parameter declares.
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

function integers(args: readonly OscArgument[], count: number): number[] {
  const values = numbers(args, ["i"], count);
  const wrong = values.find((value) => value < 0 || value > 127);
  if (wrong !== undefined) throw new MessageRefused(`expected 0 to 127, found ${wrong}`);
  return values;
}

function instrumentOf(number: number, { instruments }: Patch): number {
  if (number >= 1 && number <= instruments.length) return number - 1;
  throw new MessageRefused(
    `channel: expected 1 to ${instruments.length}, one for each instrument, found ${number}`,
  );
}

function readPacked(args: readonly OscArgument[], patch: Patch): Command {
  const [argument, ...more] = args;
  if (argument?.type !== "m" || more.length > 0) {
    throw new MessageRefused(`expected ,m, found ,${args.map(({ type }) => type).join("")}`);
  }
  const [, status, first, second] = argument.value;
  const instrument = () => instrumentOf((status & 15) + 1, patch);
  if (first > 127 || second > 127) {
    throw new MessageRefused(`expected data bytes of 0 to 127, found ${first} and ${second}`);
  }
  switch (status >> 4) {
    case 8:
      return noteCommand(instrument(), first, 0);
    case 9:
      return noteCommand(instrument(), first, second);
    case 11:
      return controlCommand(instrument(), first, second, patch);
    default:
      throw new MessageRefused(
        `expected note on, note off or control change, found status 0x${status.toString(16)}`,
      );
  }
}

function noteCommand(instrument: number, number: number, velocity: number): Command {
  if (velocity === 0) return { kind: "noteOff", instrument, id: number };
  return { kind: "noteOn", instrument, id: number, number, velocity: velocity / 127 };
}

function controlCommand(instrument: number, controller: number, value: number, patch: Patch): Command {
  if (controller === pedalController) return { kind: "pedal", instrument, down: value >= 64 };
  if (panicControllers.includes(controller)) return { kind: "panic" };
  const name = patch.instruments[instrument];
  const address = `${name}/${controllerParameters[controller]}`;
  const parameter = patch.parameters.findIndex((declared) => declared.address === address);
  if (parameter >= 0) {
    return { kind: "set", parameter, value: controlledValue(value, patch.parameters[parameter]) };
  }
  const known = Object.entries(controllerParameters)
    .filter(([, wanted]) => patch.parameters.some((declared) => declared.address === `${name}/${wanted}`))
    .map(([number, wanted]) => `${number} (${wanted})`);
  throw new MessageRefused(
    `controller: ${name} has ${
      [...known, "64 (pedal)", "120 and 123 (panic)"].join(", ")
    }, found ${controller}`,
  );
}
