/**
 * MIDI messages in OSC, for programs and devices that send only those: `/midi/note`, `/midi/cc`, and MIDI packed in OSC
 * (`/midi ,m`). They have the same effect as from a keyboard: see `midi/messages.ts`, and `/patch/load` for programs.
 */
import { type Command, CommandRefusedError } from "../../engine/control/control.ts";
import {
  bendCommand,
  controlCommand,
  instrumentOf,
  type MidiTarget,
  noteCommand,
  pressureCommand,
  readMidi,
} from "../../midi/messages.ts";
import { MessageRefusedError, numbers } from "../packet/arguments.ts";
import type { OscArgument } from "../packet/codec.ts";
import type { MethodDescription } from "./method_description.ts";
import type { MusicMethod } from "./music_method.ts";
import type { ArgumentRange } from "../packet/argument_range.ts";

const channel: ArgumentRange = { MIN: 1, MAX: 16 };
const seven: ArgumentRange = { MIN: 0, MAX: 127 };

/** Methods for the instruments of a patch. */
export function midiMethods(patch: MidiTarget): MusicMethod[] {
  return methodsOf(patch).map((method) => ({ ...method, read: (args) => [inOsc(() => method.read(args))] }));
}

/** Turns the refusal of a command into that of a message. */
function inOsc<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof CommandRefusedError)) throw cause;
    throw new MessageRefusedError(cause.message);
  }
}

interface MidiMethod extends MethodDescription {
  readonly read: (args: readonly OscArgument[]) => Command;
}

function methodsOf(patch: MidiTarget): MidiMethod[] {
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
        return controlCommand({ instrument: instrumentOf(number, patch), controller, value }, patch);
      },
    },
    {
      address: "/midi/bend",
      types: "ii",
      description:
        "MIDI pitch bend: channel 1..16, value 0..16383, 8192 in the middle; two semitones at the ends",
      ranges: { ii: [channel, { MIN: 0, MAX: 16_383 }] },
      read: (args) => {
        const [number, value] = numbers(args, "ii");
        if (value < 0 || value > 16_383) throw new MessageRefusedError(`expected 0 to 16383, found ${value}`);
        return bendCommand(instrumentOf(number, patch), value);
      },
    },
    {
      address: "/midi/pressure",
      types: "ii|iii",
      description:
        "MIDI aftertouch: channel 1..16, value 0..127 for all notes, or channel, number, value for one",
      ranges: { ii: [channel, seven], iii: [channel, seven, seven] },
      read: (args) => {
        const [number, ...rest] = integers(args, args.length === 3 ? 3 : 2);
        const instrument = instrumentOf(number, patch);
        return pressureCommand(instrument, rest[rest.length - 1], rest.length === 2 ? rest[0] : undefined);
      },
    },
    {
      address: "/midi",
      types: "m",
      description: "a MIDI message: note on, note off, control change, aftertouch or pitch bend",
      read: (args) => {
        const [argument, ...more] = args;
        if (argument?.type !== "m" || more.length > 0) {
          throw new MessageRefusedError(`expected ,m, found ,${args.map(({ type }) => type).join("")}`);
        }
        const [, status, first, second] = argument.value;
        return readMidi({ status, first, second }, patch);
      },
    },
  ];
}

function integers(args: readonly OscArgument[], count: number): number[] {
  const values = numbers(args, "i".repeat(count));
  const wrong = values.find((value) => value < 0 || value > 127);
  if (wrong !== undefined) throw new MessageRefusedError(`expected 0 to 127, found ${wrong}`);
  return values;
}
