/**
 * The messages that change the sound, the same live and in a score: notes and pedals of every instrument, and every
 * parameter of the patch.
 */
import { type Command, type Expression, expressionRanges, isInRange } from "../../engine/control/control.ts";
import type { MidiTarget } from "../../midi/messages.ts";
import { MidiReceiver } from "../../midi/midi_receiver.ts";
import { flag, MessageRefusedError, none, numbers } from "../packet/arguments.ts";
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
      read: (args) => {
        none(args);
        return { kind: "panic" };
      },
    },
    ...parameters.map((declaration, parameter): MusicMethod => {
      const { address, unit, min, max, description } = declaration;
      return {
        address: `/${address}`,
        types: "f",
        description: `${description} (${min} to ${max} ${unit})`,
        read: (args) => {
          const value = numbers(args, ["f", "i", "d"], 1)[0];
          if (!isInRange(declaration, value)) {
            throw new MessageRefusedError(`expected ${min} to ${max} ${unit}, found ${value}`);
          }
          return { kind: "set", parameter, value };
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
        "plays a note: number and velocity 0..1 (if) or 0..127 (ii), or id, number and velocity 0..1 (iif)",
      ranges: { if: [noteNumber, unity], ii: [noteNumber, noteNumber], iif: [null, noteNumber, unity] },
      read: (args) => readNote(args, instrument),
    },
    {
      address: `${prefix}/off`,
      types: "i",
      description: "releases the notes with this id; without an id of its own, a note's id is its number",
      read: (args) => ({ kind: "noteOff", instrument, id: numbers(args, ["i"], 1)[0] }),
    },
    ...(Object.keys(expressionRanges) as Expression[]).map((what) =>
      expressionMethod(prefix, instrument, what)
    ),
    {
      address: `${prefix}/pedal`,
      types: "i",
      description: "1 presses the pedal, which sustains released notes; 0 releases it",
      ranges: { i: [{ VALS: [0, 1] }] },
      read: (args) => ({ kind: "pedal", instrument, down: flag(args) }),
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
      const values = numbers(
        args,
        args.length === 2 ? ["i", "f", "d"] : ["f", "i", "d"],
        args.length === 2 ? 2 : 1,
      );
      if (values.length === 2 && args[0].type !== "i") throw new MessageRefusedError("expected ,f or ,if");
      const value = values[values.length - 1];
      if (!isInRange({ min, max }, value)) {
        throw new MessageRefusedError(`expected ${min} to ${max}, found ${value}`);
      }
      return values.length === 2
        ? { kind: "express", instrument, id: values[0], what, value }
        : { kind: "express", instrument, what, value };
    },
  };
}

function readNote(args: readonly OscArgument[], instrument: number): Command {
  const tags = args.map((arg) => arg.type).join("");
  if (!["if", "ii", "iif"].includes(tags)) {
    throw new MessageRefusedError(`expected ,if ,ii or ,iif, found ,${tags}`);
  }
  const values = numbers(args, ["i", "f"], args.length);
  const number = values[values.length - 2];
  const top = tags === "ii" ? 127 : 1;
  const velocity = values[values.length - 1];
  if (number < 0 || number > 127) throw new MessageRefusedError(`number: expected 0 to 127, found ${number}`);
  if (velocity < 0 || velocity > top) {
    throw new MessageRefusedError(`velocity: expected 0 to ${top}, found ${velocity}`);
  }
  return { kind: "noteOn", instrument, id: values[0], number, velocity: velocity / top };
}
