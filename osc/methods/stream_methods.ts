import {
  type ArmedFile,
  type Command,
  type EngineControl,
  type PlayerAction,
} from "../../engine/control/control.ts";
import { MessageRefusedError, numbers, tagsOf, texts } from "../packet/arguments.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";
import { scalar, text } from "../packet/reply.ts";
import type { ArgumentRange } from "../packet/argument_range.ts";
import { type Method, withoutArguments } from "./method.ts";

/** Players, from 1 on. */
const players = 32;

/** Time of the fade with which a player pauses, goes on and stops, where the message gives none: too short to be heard as one. */
const defaultFadeSeconds = 0.005;

/** Levels up to here are silence. */
const silentDb = -90;

const playerRange: ArgumentRange = { MIN: 1, MAX: players };

/** Methods of streams: sound files that are played from the disk to the buses of a patch. */
export function streamMethods(engine: EngineControl): Method[] {
  const framesOf = (seconds: number) => {
    if (seconds < 0) throw new MessageRefusedError(`expected seconds from 0 on, found ${seconds}`);
    return Math.round(seconds * engine.status().sampleRateHz);
  };
  const armed = (name: string) => {
    const file = engine.armedStreams.find((file) => file.name === name);
    if (file === undefined) throw new MessageRefusedError(`${name} is not armed; send /stream/arm first`);
    return file;
  };
  const method = ({ address, types, description, read }: PlayerMethod): Method => ({
    address: `/stream/${address}`,
    types,
    access: "change",
    description,
    ranges: Object.fromEntries(
      types.split("|").map((form) => [form, [playerRange, ...Array(form.length - 1).fill(null)]]),
    ),
    read: (args) => {
      const [player, ...others] = args;
      const [number] = numbers(player === undefined ? [] : [player], "i");
      if (number < 1 || number > players) {
        throw new MessageRefusedError(`player: expected 1 to ${players}, found ${number}`);
      }
      const commands = read(others).map((action): Command => ({
        kind: "player",
        player: number - 1,
        ...action,
      }));
      return { commands };
    },
  });
  return [
    {
      address: "/stream/arm",
      types: "s|sf",
      access: "change",
      description:
        "opens a sound file of the folder of streams and keeps its beginning, and the sound at a place in " +
        "seconds, in memory; answered when a player can begin there at once",
      read: (args) => {
        if (args.length !== 1 && args.length !== 2) {
          throw new MessageRefusedError(`expected ,s or ,sf, found ${tagsOf(args)}`);
        }
        const [name] = texts(args.slice(0, 1), 1);
        const [seconds] = args.length === 2 ? numbers(args.slice(1), "f") : [0];
        const frame = framesOf(seconds);
        return {
          act: async () => {
            const { channels, frames } = await engine.armStream(name, frame);
            return [`${channels} channels, ${(frames / engine.status().sampleRateHz).toFixed(3)} s`];
          },
        };
      },
    },
    {
      address: "/stream/disarm",
      types: "s",
      access: "change",
      description: "lets go of a file that no player has",
      read: (args) => {
        const [name] = texts(args, 1);
        return { act: () => engine.disarmStream(name) };
      },
    },
    method({
      address: "load",
      types: "is",
      description:
        "puts an armed file on a player, 1 to 32, paused at its beginning: each channel to the bus of the same number, at 0 dB",
      read: (args) => loadActions(armed(texts(args, 1)[0])),
    }),
    method({
      address: "play",
      types: "i|is",
      description:
        "plays from the frame of the message on: an armed file from its beginning, or what is on the player",
      read: (args) => [
        ...(args.length === 0 ? [] : loadActions(armed(texts(args, 1)[0]))),
        { what: "gate", open: true, frames: 0 },
      ],
    }),
    method({
      address: "pause",
      types: "i|if",
      description: "pauses, after a fade in seconds",
      read: (args) => [{ what: "gate", open: false, frames: framesOf(fadeOf(args)), then: "pause" }],
    }),
    method({
      address: "resume",
      types: "i|if",
      description: "goes on where it was paused, with a fade in seconds",
      read: (args) => [{ what: "gate", open: true, frames: framesOf(fadeOf(args)) }],
    }),
    method({
      address: "stop",
      types: "i|if",
      description: "stops after a fade in seconds; the player has no file then",
      read: (args) => [{ what: "gate", open: false, frames: framesOf(fadeOf(args)), then: "stop" }],
    }),
    method({
      address: "seek",
      types: "if",
      description: "goes to a place in seconds, to the frame; arm it there first, or it may be late",
      read: (args) => [{ what: "seek", frame: framesOf(numbers(args, "f")[0]) }],
    }),
    method({
      address: "level",
      types: "if|iff",
      description: `sets the level in dB, at once or within seconds; ${silentDb} and less is silence`,
      read: (args) => {
        const [db, seconds = 0] = numbers(args, args.length === 2 ? "ff" : "f");
        return [{ what: "level", gain: gainOf(db), frames: framesOf(seconds) }];
      },
    }),
    method({
      address: "rate",
      types: "if|iff",
      description: "sets the speed, 0.25 to 4, at once or within seconds; pitch follows",
      read: (args) => {
        const [rate, seconds = 0] = numbers(args, args.length === 2 ? "ff" : "f");
        return [{ what: "rate", rate, frames: framesOf(seconds) }];
      },
    }),
    method({
      address: "route",
      types: "iiif|iiiff",
      description:
        "brings a channel of the file to a bus, both from 1 on, at a level in dB, at once or within seconds",
      read: (args) => {
        const [channel, bus, db, seconds = 0] = numbers(args, args.length === 4 ? "iiff" : "iif");
        if (bus < 1) throw new MessageRefusedError(`bus: expected 1 or more, found ${bus}`);
        return [{
          what: "route",
          channel: channel - 1,
          bus: bus - 1,
          gain: gainOf(db),
          frames: framesOf(seconds),
        }];
      },
    }),
    method({
      address: "slices",
      types: "isffi",
      description:
        "puts an armed file on a player as `load` does, and plays of it what ends at the first second once, from there to the " +
        "second second so often (0: until `devamp`), and then the rest",
      read: (args) => {
        const [name] = texts(args.slice(0, 1), 1);
        const [from, to, count] = numbers(args.slice(1), "ffi");
        return sliceActions(armed(name), { from: framesOf(from), to: framesOf(to), count });
      },
    }),
    method({
      address: "devamp",
      types: "i",
      description: "plays the slice that repeats to its end for the last time, and goes on",
      read: () => [{ what: "devamp" }],
    }),
    {
      address: "/stream/status",
      types: "",
      access: "read",
      description:
        "answers /stream/status.reply for each player that has a file: player, name, state, seconds, " +
        "length in seconds, blocks in which it was late",
      read: withoutArguments(() => ({
        answers: () =>
          engine.players.map(({ player, name, state, seconds, lengthSeconds, lateBlocks }): OscMessage => ({
            address: "/stream/status.reply",
            args: [
              ...[scalar(player + 1), text(name), text(state)],
              ...[seconds, lengthSeconds, lateBlocks].map(scalar),
            ],
          })),
      })),
    },
  ];
}

interface PlayerMethod {
  readonly address: string;
  readonly types: string;
  readonly description: string;
  /** Gets the arguments behind the number of the player. */
  readonly read: (args: readonly OscArgument[]) => readonly PlayerAction[];
}

function loadActions({ number, channels, frames }: ArmedFile): readonly PlayerAction[] {
  return [
    { what: "open", file: number, channels },
    { what: "slice", endFrame: frames, count: 1 },
    ...routesOf(channels),
  ];
}

/** Each channel to the bus of its number. */
function routesOf(channels: number): readonly PlayerAction[] {
  return Array.from(
    { length: channels },
    (_, channel) => ({ what: "route", channel, bus: channel, gain: 1, frames: 0 }),
  );
}

function sliceActions(
  { number, channels, frames }: ArmedFile,
  { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
): readonly PlayerAction[] {
  if (!(from < to && to <= frames)) {
    throw new MessageRefusedError(`expected a slice that ends behind its beginning and within the file`);
  }
  return [
    { what: "open", file: number, channels },
    ...(from > 0 ? [{ what: "slice", endFrame: from, count: 1 } as const] : []),
    { what: "slice", endFrame: to, count },
    ...(to < frames ? [{ what: "slice", endFrame: frames, count: 1 } as const] : []),
    ...routesOf(channels),
  ];
}

function fadeOf(args: readonly OscArgument[]): number {
  return args.length === 0 ? defaultFadeSeconds : numbers(args, "f")[0];
}

function gainOf(db: number): number {
  return db <= silentDb ? 0 : 10 ** (db / 20);
}
