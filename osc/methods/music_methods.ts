/**
 * The messages that change the sound, the same live and in a score: notes and pedals of every instrument, and every
 * parameter of the patch.
 */
import { type Command, type Expression, expressionRanges, isInRange } from "../../engine/control/control.ts";
import type { MidiTarget } from "../../midi/messages.ts";
import { MidiReceiver } from "../../midi/midi_receiver.ts";
import {
  flag,
  isSentAsInteger,
  MessageRefusedError,
  numberOf,
  numbers,
  tagsOf,
  trigger,
} from "../packet/arguments.ts";
import type { OscArgument } from "../packet/codec.ts";
import { midiMethods } from "./midi_methods.ts";
import type { ArgumentRange } from "../packet/argument_range.ts";
import type { MusicMethod } from "./music_method.ts";

/**
 * Methods of a patch. Without an instrument's name, notes go to its first instrument.
 *
 * @param receiver follows the MIDI messages among them; omitted: a new one
 */
export function musicMethods(patch: MidiTarget, receiver = new MidiReceiver()): MusicMethod[] {
  const { parameters, instruments, midiChannels } = patch;
  const target: MidiTarget = {
    ...{ parameters, instruments, midiChannels },
    parameterValue: patch.parameterValue && ((parameter) => patch.parameterValue!(parameter)),
  };
  return [
    ...(instruments.length > 0 ? noteMethods("", 0) : []),
    ...instruments.flatMap((name, index) => noteMethods(`/${name}`, index)),
    ...midiMethods(target, receiver),
    {
      address: "/panic",
      types: "",
      description: "fades all notes out at once",
      read: (args) => trigger(args) ? [{ kind: "panic" }] : [],
    },
    ...parameters.map((declaration, parameter): MusicMethod => {
      const { address, unit, min, max, description } = declaration;
      return {
        address: `/${address}`,
        types: "f",
        description: `${description} (${min} to ${max} ${unit})`,
        read: (args) => {
          const [value] = numbers(args, "f");
          if (!isInRange(declaration, value)) {
            throw new MessageRefusedError(`expected ${min} to ${max} ${unit}, found ${value}`);
          }
          return [{ kind: "set", parameter, value }];
        },
      };
    }),
  ];
}

const noteNumber: ArgumentRange = { MIN: 0, MAX: 127 };
const unity: ArgumentRange = { MIN: 0, MAX: 1 };

function noteMethods(prefix: string, instrument: number): MusicMethod[] {
  return [
    {
      address: `${prefix}/note`,
      types: "if|ii|iif",
      description:
        "plays a note: number and velocity, or id, number and velocity; a velocity is 0..1 as a float and 0..127 as an " +
        "integer, 0 releases; a number may have a fraction; without an id, the id is the number without its fraction",
      ranges: { if: [noteNumber, unity], ii: [noteNumber, noteNumber], iif: [null, noteNumber, unity] },
      read: (args) => [readNote(args, instrument)],
      hint: softestNote,
    },
    {
      address: `${prefix}/off`,
      types: "i",
      description:
        "releases the notes with this id; without an id of its own, a note's id is its number without its fraction",
      read: (args) => [{ kind: "noteOff", instrument, id: idOf(numbers(args, "f", "i")[0]) }],
    },
    ...(Object.keys(expressionRanges) as Expression[]).map((what) =>
      expressionMethod(prefix, instrument, what)
    ),
    {
      address: `${prefix}/pedal`,
      types: "i",
      description: "1 presses the pedal, which sustains released notes; 0 releases it",
      ranges: { i: [{ VALS: [0, 1] }] },
      read: (args) => [{ kind: "pedal", instrument, down: flag(args) }],
    },
  ];
}

const moved: Readonly<Record<Expression, string>> = {
  bend: "bends in semitones, -48 to 48",
  pressure: "presses the held key harder, 0 to 1",
  timbre: "moves the finger along the key, 0 to 1",
};

function expressionMethod(prefix: string, instrument: number, what: Expression): MusicMethod {
  const { min, max } = expressionRanges[what];
  return {
    address: `${prefix}/${what}`,
    types: "f|if",
    description: `${
      moved[what]
    }: every note, present and future (f), or the notes with an id (if); both add up`,
    ranges: { f: [{ MIN: min, MAX: max }], if: [null, { MIN: min, MAX: max }] },
    read: (args) => {
      if (args.length !== 1 && args.length !== 2) {
        throw new MessageRefusedError(`expected ,f or ,if, found ${tagsOf(args)}`);
      }
      const values = numbers(args, args.length === 2 ? "ff" : "f");
      const value = values[values.length - 1];
      if (!isInRange({ min, max }, value)) {
        throw new MessageRefusedError(`expected ${min} to ${max}, found ${value}`);
      }
      return values.length === 2
        ? [{ kind: "express", instrument, id: idOf(values[0]), what, value }]
        : [{ kind: "express", instrument, what, value }];
    },
  };
}

/** The id that a number means: the number, without its fraction. Throws {@link MessageRefusedError} beyond 32 bits. */
function idOf(number: number): number {
  const id = Math.floor(number);
  if (id !== (id | 0)) {
    throw new MessageRefusedError(`id: expected a whole number of 32 bits, found ${number}`);
  }
  return id;
}

/** A velocity of 0 releases, as in MIDI: that is what keys send that are let go. */
function readNote(args: readonly OscArgument[], instrument: number): Command {
  if ((args.length !== 2 && args.length !== 3) || args.some((each) => numberOf(each) === undefined)) {
    throw new MessageRefusedError(`expected ,if ,ii or ,iif, found ${tagsOf(args)}`);
  }
  const values = numbers(args, args.length === 2 ? "ff" : "iff");
  const [number, velocity] = values.slice(-2);
  const isInteger = isSentAsInteger(args[args.length - 1]);
  const top = isInteger ? 127 : 1;
  if (number < 0 || number > 127) throw new MessageRefusedError(`number: expected 0 to 127, found ${number}`);
  if (velocity < 0 || velocity > top) {
    const otherwise = isInteger ? "" : "; an integer is 0 to 127";
    throw new MessageRefusedError(`velocity: expected 0 to ${top}, found ${velocity}${otherwise}`);
  }
  const id = idOf(values[0]);
  if (velocity === 0) return { kind: "noteOff", instrument, id };
  return { kind: "noteOn", instrument, id, number, velocity: velocity / top };
}

/** The integer 1 is the softest note there is, and seldom meant: many senders cannot write 1.0. */
function softestNote(args: readonly OscArgument[]): string | undefined {
  const velocity = args[args.length - 1];
  if (!isSentAsInteger(velocity) || numberOf(velocity) !== 1) return undefined;
  return "velocity: the integer 1 is 1 of 127, the softest; for the loudest send 127, true or the float 1.0";
}
