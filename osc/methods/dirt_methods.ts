/**
 * TidalCycles' client, which plays SuperDirt, plays this engine the same way: it says hello, and sends events of which each
 * has a time and a length. It prints answers that it does not expect, so events are not answered; what means nothing here
 * is written to the log, once. Main isolate.
 */
import { text } from "../packet/reply.ts";
import { type DirtEvents } from "./dirt_events.ts";
import { type Method, withoutArguments } from "./method.ts";

export interface DirtParts {
  readonly events: DirtEvents;
  /** Gets a sentence about something that means nothing here, the first time. */
  readonly onUnknown: (reason: string) => void;
}

/** Sentences that were written once already. */
const maxTold = 256;

/** Methods of SuperDirt. */
export function dirtMethods({ events, onUnknown }: DirtParts): Method[] {
  const told = new Set<string>();
  const tell = (reason: string) => {
    if (told.has(reason) || told.size >= maxTold) return;
    told.add(reason);
    onUnknown(reason);
  };
  return [
    {
      address: "/dirt/play",
      types: "s...",
      access: "change",
      isSilent: true,
      description:
        "an event of TidalCycles: pairs of name and value, such as s, n, note, midinote, octave, gain, velocity, pan, " +
        "speed, begin, cut, legato, sustain, delta, and the parameters of the instrument",
      read: (args) => {
        const { commands, later, unknown } = events.read(args);
        for (const reason of unknown) tell(reason);
        return { commands, later };
      },
    },
    {
      address: "/dirt/hello",
      types: "",
      access: "read",
      isSilent: true,
      description: "answers /dirt/hello/reply, as SuperDirt does",
      read: withoutArguments(() => ({
        act: (sender) => sender.reply({ address: "/dirt/hello/reply", args: [] }),
      })),
    },
    {
      address: "/dirt/handshake",
      types: "",
      access: "read",
      isSilent: true,
      description:
        "answers /dirt/handshake/reply as SuperDirt does, with one control bus, which changes nothing",
      read: withoutArguments(() => ({
        // without a bus the client takes the server for absent and asks again every two seconds
        act: (sender) =>
          sender.reply({
            address: "/dirt/handshake/reply",
            args: [text("&controlBusIndices"), { type: "i", value: 0 }],
          }),
      })),
    },
  ];
}
