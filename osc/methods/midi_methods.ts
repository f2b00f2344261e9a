/**
 * MIDI messages in OSC, for programs and devices that send only those: `/midi/note`, `/midi/cc`, and MIDI packed in OSC
 * (`/midi ,m`). They go to a receiver
 * as those of a keyboard do: see `midi/midi_receiver.ts`, and `/patch/load` for programs.
 */
import { type Command, CommandRefusedError } from "../../engine/control/control.ts";
import type { ChannelMessage, MidiTarget } from "../../midi/messages.ts";
import type { MidiReceiver } from "../../midi/midi_receiver.ts";
import { MessageRefusedError, numbers } from "../packet/arguments.ts";
import type { OscArgument } from "../packet/codec.ts";
import type { MusicMethod } from "./music_method.ts";
import type { ArgumentRange } from "../packet/argument_range.ts";

const channel: ArgumentRange = { MIN: 1, MAX: 16 };
const seven: ArgumentRange = { MIN: 0, MAX: 127 };

/** Kinds of channel messages: the upper half of the status. */
const Kind = { note: 0x90, keyPressure: 0xa0, control: 0xb0, pressure: 0xd0, bend: 0xe0 } as const;

/** Methods for the instruments of a patch; `receiver` follows what is sent. */
export function midiMethods(patch: MidiTarget, receiver: MidiReceiver): MusicMethod[] {
  const receive = (message: ChannelMessage) => receiver.receive(message, patch);
  return methodsOf(receive).map((method) => ({ ...method, read: (args) => inOsc(() => method.read(args)) }));
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

function methodsOf(receive: (message: ChannelMessage) => readonly Command[]): MusicMethod[] {
  return [
    {
      address: "/midi/note",
      types: "iii",
      description: "MIDI note: channel 1..16, number 0..127, velocity 0..127; velocity 0 releases",
      ranges: { iii: [channel, seven, seven] },
      read: (args) => {
        const [number, note, velocity] = integers(args, 3);
        return receive({ status: Kind.note | channelBits(number), first: note, second: velocity });
      },
    },
    {
      address: "/midi/cc",
      types: "iii",
      description: "MIDI control change: channel 1..16, controller 0..127, value 0..127",
      ranges: { iii: [channel, seven, seven] },
      read: (args) => {
        const [number, controller, value] = integers(args, 3);
        return receive({ status: Kind.control | channelBits(number), first: controller, second: value });
      },
    },
    {
      address: "/midi/bend",
      types: "ii",
      description:
        "MIDI pitch bend: channel 1..16, value 0..16383, 8192 in the middle; two semitones at the ends until RPN 0 says otherwise",
      ranges: { ii: [channel, { MIN: 0, MAX: 16_383 }] },
      read: (args) => {
        const [number, value] = numbers(args, "ii");
        if (value < 0 || value > 16_383) throw new MessageRefusedError(`expected 0 to 16383, found ${value}`);
        return receive({ status: Kind.bend | channelBits(number), first: value & 127, second: value >> 7 });
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
        const [first, second = 0] = rest;
        const kind = rest.length === 2 ? Kind.keyPressure : Kind.pressure;
        return receive({ status: kind | channelBits(number), first, second });
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
        return receive({ status, first, second });
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

function channelBits(channel: number): number {
  if (channel < 1 || channel > 16) {
    throw new MessageRefusedError(`channel: expected 1 to 16, found ${channel}`);
  }
  return channel - 1;
}
