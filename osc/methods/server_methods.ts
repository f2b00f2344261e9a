/** The server's own language: everything that can be said besides the music. */
import {
  type EngineControl,
  type FaultKind,
  faultKinds,
  type FaultTarget,
  faultTargets,
} from "../../engine/control/control.ts";
import { patchOfProgram } from "../../midi/messages.ts";
import type { Feedback } from "../subscriptions/feedback.ts";
import { MessageRefusedError, numbers, oneOf, texts } from "../packet/arguments.ts";
import type { AccessControl } from "../admission/access_control.ts";
import { helpLine, suggestion } from "./help.ts";
import type { PacketSender } from "../transport/intake.ts";
import { meterRates, type Meters } from "../subscriptions/meters.ts";
import { bare, type Method } from "./method.ts";
import { float, scalar, text } from "../packet/reply.ts";
import type { MethodDescription } from "./music_method.ts";
import type { Notifications } from "../subscriptions/notifications.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";
import { subscriptionSeconds } from "../subscriptions/subscribers.ts";

/** What the server's methods work on. */
export interface ServerParts {
  readonly engine: EngineControl;
  readonly version: string;
  readonly loadPatch: (nameOrFile: string | undefined) => Promise<void>;
  /** Patches by the number of a MIDI program. */
  readonly programs: readonly string[];
  readonly onQuit: () => void;
  readonly access: AccessControl;
  readonly notifications: Notifications;
  readonly meters: Meters;
  readonly feedback: Feedback;
  /** Counts of what came in, for `/status`. */
  readonly traffic: () => Readonly<Record<string, number>>;
  /** How the MIDI input stands, for `/status`. */
  readonly midi: () => Readonly<Record<string, number>>;
  readonly setDump: (on: boolean) => void;
  /** Whether a sender is told of what was done. */
  readonly setAnswers: (sender: PacketSender, on: boolean) => void;
  /** All methods, these among them. */
  readonly methods: () => readonly MethodDescription[];
}

/** All methods that are not music. */
export function serverMethods(parts: ServerParts): Method[] {
  return [...askingMethods(parts), ...listeningMethods(parts), ...changingMethods(parts)];
}

function askingMethods({ engine, version, methods, traffic, midi, setDump }: ServerParts): Method[] {
  return [
    {
      address: "/status",
      types: "",
      access: "read",
      description: "answers /status.reply with pairs of name and value",
      read: bare(() => ({
        act: (sender) => sender.reply(statusReply({ ...engine.status(), osc: traffic(), midi: midi() })),
      })),
    },
    {
      address: "/version",
      types: "",
      access: "read",
      description: "answers /version.reply with name, version and runtime",
      read: bare(() => ({
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
        const found = args.length === 0 ? methods() : [known(methods(), texts(args, 1)[0])];
        return { act: (sender) => found.forEach((method) => sender.reply(helpLine(method))) };
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
              all.length > 0 ? suggestion(address, all) : "there are none"
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
      read: bare(() => ({ act: (sender) => treeReplies(engine).forEach((reply) => sender.reply(reply)) })),
    },
    {
      address: "/sync",
      types: "i",
      access: "read",
      description:
        "answers /synced with the same number when everything sent before has been handed to the device",
      read: (args) => {
        const [value] = numbers(args, ["i"], 1);
        return {
          act: async (sender) => {
            await engine.settled();
            sender.reply({ address: "/synced", args: [{ type: "i", value }] });
          },
        };
      },
    },
    {
      address: "/dump",
      types: "i",
      access: "change",
      description: "1 writes every message that comes in to the log, 0 ends that",
      read: (args) => {
        const on = zeroOrOne(args);
        return { act: () => setDump(on) };
      },
    },
  ];
}

function listeningMethods({ notifications, meters, feedback, access, setAnswers }: ServerParts): Method[] {
  return [
    {
      address: "/feedback",
      types: "i",
      access: "read",
      description: "1 sends the value of every parameter to its own address, now and when it changes, " +
        `but not what the sender has set itself, until ${subscriptionSeconds} s after its last message; 0 ends that`,
      read: (args) => {
        const join = zeroOrOne(args);
        return { act: (sender) => join ? feedback.join(sender) : feedback.leave(sender) };
      },
    },
    {
      address: "/answer",
      types: "i",
      access: "read",
      description: "0: the sender is no longer told /done, only what failed, was late or was asked for; 1: " +
        "every message is answered again; answers /answer.reply with the same number",
      read: (args) => {
        const on = zeroOrOne(args);
        return {
          act: (sender) => {
            setAnswers(sender, on);
            sender.reply({ address: "/answer.reply", args: [scalar(on ? 1 : 0)] });
          },
        };
      },
    },
    {
      address: "/notify",
      types: "i",
      access: "read",
      description:
        `1 sends /event/... messages to the sender until ${subscriptionSeconds} s after its last message, ` +
        "0 ends that; answers /notify.reply with those seconds",
      read: (args) => {
        const join = zeroOrOne(args);
        return {
          act: (sender) => {
            if (!join) return notifications.leave(sender);
            notifications.join(sender);
            sender.reply({ address: "/notify.reply", args: [scalar(subscriptionSeconds)] });
          },
        };
      },
    },
    {
      address: "/meters",
      types: "f",
      access: "read",
      description:
        `sends /meters with each channel's peak so many times a second (${meterRates.lowestHz} to ` +
        `${meterRates.highestHz}; 0 ends it), until ${subscriptionSeconds} s after the sender's last message`,
      read: (args) => {
        const [rateHz] = numbers(args, ["f", "i", "d"], 1);
        if (rateHz !== 0 && (rateHz < meterRates.lowestHz || rateHz > meterRates.highestHz)) {
          throw new MessageRefusedError(
            `expected 0, or ${meterRates.lowestHz} to ${meterRates.highestHz} Hz, found ${rateHz}`,
          );
        }
        return { act: (sender) => rateHz === 0 ? meters.leave(sender) : meters.join(sender, rateHz) };
      },
    },
    {
      address: "/login",
      types: "s",
      access: "read",
      description:
        "the shared secret, where one is set: before it, nothing that the sender says changes the sound",
      read: (args) => {
        const [secret] = texts(args, 1);
        return { act: (sender) => access.login(sender, secret) };
      },
    },
  ];
}

function changingMethods({ engine, loadPatch, programs, onQuit }: ServerParts): Method[] {
  return [
    {
      address: "/patch/load",
      types: "|s",
      access: "change",
      description:
        "exchanges the patch while the old one plays: its name or file, or nothing to load the last one anew; " +
        "answered when the new one is heard",
      read: (args) => {
        const [nameOrFile] = args.length === 0 ? [] : texts(args, 1);
        return { act: () => loadPatch(nameOrFile) };
      },
    },
    {
      address: "/midi/program",
      types: "ii",
      access: "change",
      description:
        "MIDI program change: channel 1..16, which plays no part, and program 0..127: exchanges the patch for " +
        `the one of this number (${
          programs.map((name, number) => `${number} ${name}`).join(", ") || "there are none"
        })`,
      read: (args) => {
        const [, program] = numbers(args, ["i"], 2);
        const name = patchOfProgram(program, programs);
        return { act: () => loadPatch(name) };
      },
    },
    {
      address: "/clear",
      types: "",
      access: "change",
      description: "drops every command that still waits for its time",
      read: bare(() => ({ commands: [{ kind: "clear" }] })),
    },
    {
      address: "/engine/failover",
      types: "",
      access: "change",
      description: "exchanges primary and standby",
      read: bare(() => ({ act: () => engine.failover() })),
    },
    {
      address: "/engine/fault",
      types: "ss",
      access: "machine",
      description: `breaks a renderer: kind (${faultKinds.join(", ")}) and role (${faultTargets.join(", ")})`,
      read: (args) => {
        const [kind, target] = texts(args, 2);
        const known = oneOf(faultKinds, "kind", kind) as FaultKind;
        const role = oneOf(faultTargets, "role", target) as FaultTarget;
        return { act: () => engine.injectFault(known, role) };
      },
    },
    {
      address: "/quit",
      types: "",
      access: "machine",
      description: "fades out and ends the engine",
      read: bare(() => ({ act: () => void onQuit() })),
    },
  ];
}

function zeroOrOne(args: readonly OscArgument[]): boolean {
  const [value] = numbers(args, ["i"], 1);
  if (value !== 0 && value !== 1) throw new MessageRefusedError(`expected 0 or 1, found ${value}`);
  return value === 1;
}

function known(methods: readonly MethodDescription[], address: string): MethodDescription {
  const found = methods.find((method) => method.address === address);
  if (found) return found;
  throw new MessageRefusedError(
    `there is no address ${address.slice(0, 64)}; ${
      suggestion(address, methods.map((method) => method.address))
    }`,
  );
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

function treeReplies(engine: EngineControl): OscMessage[] {
  const voices = engine.voices();
  return [
    { address: "/tree.patch", args: [text(engine.status().patch)] },
    ...engine.instruments.map((name, index): OscMessage => ({
      address: "/tree.instrument",
      args: [text(`/${name}`), scalar(voices[index] ?? -1)],
    })),
    ...engine.parameters.map(({ address, min, max, unit, curve }, index): OscMessage => ({
      address: "/tree.parameter",
      args: [
        text(`/${address}`),
        ...[engine.parameterValue(index) ?? NaN, min, max].map(float),
        text(unit),
        text(curve),
      ],
    })),
  ];
}

/** How a message is written to the log; a secret is not. */
export function dumpLine({ address, args }: OscMessage, { key }: PacketSender): string {
  const values = address.startsWith("/log")
    ? "(not shown)"
    : args.map((arg) => "value" in arg ? String(arg.value) : arg.type).join(" ");
  return `${key} ${address} ,${args.map(({ type }) => type).join("")} ${values}`.slice(0, 256);
}
