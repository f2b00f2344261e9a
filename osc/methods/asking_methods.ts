import type { EngineControl } from "../../engine/control/control.ts";
import { MessageRefusedError, numbers, texts, trigger } from "../packet/arguments.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";
import { float, scalar, text } from "../packet/reply.ts";
import { helpLine, methodAt, suggestion } from "./help.ts";
import { type Method, withoutArguments } from "./method.ts";
import type { MethodDescription } from "./method_description.ts";

/** Sources of the answers. */
export interface AskingParts {
  readonly engine: EngineControl;
  readonly version: string;
  /** Counts of packets and losses, for `/status`. */
  readonly traffic: () => Readonly<Record<string, number>>;
  /** Counts of the MIDI input, for `/status`. */
  readonly midi: () => Readonly<Record<string, number>>;
  /** How the timecode stands that a show follows, for `/status`. */
  readonly timecode: () => Readonly<Record<string, number | string>>;
  /** What the audio inputs give that a show watches, for `/status`. */
  readonly inputs: () => Readonly<Record<string, string>>;
  /** All methods of the address space, these among them. */
  readonly methods: () => readonly MethodDescription[];
}

/** Methods that answer a question and change nothing. */
export function askingMethods(
  { engine, version, methods, traffic, midi, timecode, inputs }: AskingParts,
): Method[] {
  return [
    {
      address: "/status",
      types: "",
      access: "read",
      description: "answers /status.reply with pairs of name and value",
      read: withoutArguments(() => ({
        act: (sender) =>
          sender.reply(
            statusReply({
              ...engine.status(),
              ...{ osc: traffic(), midi: midi(), timecode: timecode(), inputs: inputs() },
            }),
          ),
      })),
    },
    {
      address: "/version",
      types: "",
      access: "read",
      description: "answers /version.reply with name, version and runtime",
      read: withoutArguments(() => ({
        act: (sender) =>
          sender.reply({
            address: "/version.reply",
            args: [text("understudy"), text(version), text(`deno ${Deno.version.deno}`)],
          }),
      })),
    },
    {
      address: "/help",
      types: "|s",
      access: "read",
      description: "answers /help.reply with address, types and description: of one address, or of all",
      read: (args) => {
        const isNamed = args.length === 1 && (args[0].type === "s" || args[0].type === "S");
        if (isNamed) {
          const found = methodAt(texts(args, 1)[0], methods());
          return { answers: () => [helpLine(found)] };
        }
        const all = trigger(args) ? methods() : [];
        return { answers: () => all.values().map(helpLine) };
      },
    },
    {
      address: "/get",
      types: "s",
      access: "read",
      description: "answers /get.reply with the address of a parameter and the value it was last given",
      read: (args) => {
        const [wanted] = texts(args, 1);
        const address = wanted.startsWith("/") ? wanted : `/${wanted}`;
        const index = engine.parameters.findIndex((parameter) => `/${parameter.address}` === address);
        if (index < 0) {
          const all = engine.parameters.map((parameter) => `/${parameter.address}`);
          throw new MessageRefusedError(
            `${address.slice(0, 64)} is no parameter; ${
              all.length > 0 ? suggestion(address, all) : "the patch has none"
            }`,
          );
        }
        return {
          act: (sender) =>
            sender.reply({
              address: "/get.reply",
              args: [text(address), float(engine.parameterValue(index) ?? NaN)],
            }),
        };
      },
    },
    {
      address: "/tree",
      types: "",
      access: "read",
      description: "answers with /tree.patch, a /tree.instrument for each with the voices that sound now, " +
        "and a /tree.parameter for each with value, range, unit and curve",
      read: withoutArguments(() => ({ answers: () => treeReplies(engine) })),
    },
    {
      address: "/sync",
      types: "i",
      access: "read",
      description:
        "answers /synced with the same number when everything sent before has been handed to the device",
      read: (args) => {
        const [value] = numbers(args, "i");
        return {
          act: async (sender) => {
            await engine.settled();
            sender.reply({ address: "/synced", args: [{ type: "i", value }] });
          },
        };
      },
    },
  ];
}

/** Names as `EngineStatus` has them, nested ones joined by a dot. */
function statusReply(status: object): OscMessage {
  const pairs = Object.entries(status).flatMap(([name, value]) =>
    typeof value === "object"
      ? Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner])
      : [[name, value]]
  );
  return {
    address: "/status.reply",
    args: pairs.flatMap(([name, value]): OscArgument[] => [text(String(name)), scalar(value)]),
  };
}

function* treeReplies(engine: EngineControl): Generator<OscMessage, void> {
  // those of one patch, although another may play before all are sent
  const { instruments, parameters } = engine;
  const voices = engine.voices();
  const values = parameters.map((_, index) => engine.parameterValue(index) ?? NaN);
  yield { address: "/tree.patch", args: [text(engine.status().patch)] };
  for (const [index, name] of instruments.entries()) {
    yield { address: "/tree.instrument", args: [text(`/${name}`), scalar(voices[index] ?? -1)] };
  }
  for (const [index, { address, min, max, unit, curve }] of parameters.entries()) {
    yield {
      address: "/tree.parameter",
      args: [text(`/${address}`), ...[values[index], min, max].map(float), text(unit), text(curve)],
    };
  }
}
