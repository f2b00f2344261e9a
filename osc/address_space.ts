/**
 * What can be said to the engine, as one table: address, type tags, what it does. Every message is answered; messages of
 * a bundle that change the sound are put into the log together, one submission for each time tag.
 */
import {
  type Command,
  CommandRefused,
  type EngineControl,
  type FaultKind,
  faultKinds,
  type FaultTarget,
  faultTargets,
} from "../engine/control.ts";
import { nearest } from "../engine/nearest.ts";
import { MessageRefused, numbers, oneOf, texts } from "./arguments.ts";
import { isBundle, type OscArgument, type OscBundle, type OscMessage } from "./codec.ts";
import { type MethodDescription, musicMethods } from "./music_methods.ts";
import { isImmediate, notEarlier, type TimeTag, unixMsOf } from "./time_tag.ts";

/** Who sent a message, and how to answer. */
export interface OscSender {
  reply(message: OscMessage): void;
}

export interface AddressSpaceOptions {
  readonly engine: EngineControl;
  readonly version: string;
  /** Brings a patch in by name or file; without either, the one that was loaded last, anew. */
  readonly loadPatch: (nameOrFile: string | undefined) => Promise<void>;
  readonly onQuit: () => void;
}

/** Either a command for the log, or something done at once, with or without an answer of its own. */
type Effect = { readonly command: Command } | { readonly act: (sender: OscSender) => void | Promise<void> };

interface Method extends MethodDescription {
  readonly read: (args: readonly OscArgument[]) => Effect;
}

export class AddressSpace {
  readonly #options: AddressSpaceOptions;
  #methods: ReadonlyMap<string, Method> = new Map();
  #parameters: EngineControl["parameters"] | undefined;

  constructor(options: AddressSpaceOptions) {
    this.#options = options;
    this.#follow();
  }

  /** Addresses mirror the patch: another patch has others. */
  #follow(): void {
    if (this.#parameters === this.#options.engine.parameters) return;
    this.#parameters = this.#options.engine.parameters;
    this.#methods = new Map(methodsOf(this.#options).map((method) => [method.address, method]));
  }

  /** All addresses with their types and descriptions, for documentation and help. */
  get methods(): readonly Pick<Method, "address" | "types" | "description">[] {
    this.#follow();
    return [...this.#methods.values()];
  }

  /** Does what a packet asks for and answers to its sender. Never throws. */
  dispatch(packet: OscMessage | OscBundle, sender: OscSender): void {
    if (isBundle(packet)) this.#bundle(packet, packet.timeTag, sender);
    else this.#submit([packet], undefined, sender);
  }

  #bundle(bundle: OscBundle, enclosing: TimeTag, sender: OscSender): void {
    const tag = isImmediate(bundle.timeTag) || notEarlier(bundle.timeTag, enclosing)
      ? bundle.timeTag
      : enclosing;
    const messages = bundle.elements.filter((element) => !isBundle(element)) as OscMessage[];
    this.#submit(messages, isImmediate(tag) ? undefined : tag, sender);
    for (const element of bundle.elements) if (isBundle(element)) this.#bundle(element, tag, sender);
  }

  /** One invalid message does not keep the others from being heard; each is answered on its own. */
  #submit(messages: readonly OscMessage[], tag: TimeTag | undefined, sender: OscSender): void {
    const commands: { message: OscMessage; command: Command }[] = [];
    for (const message of messages) {
      this.#answering(message, sender, () => {
        const effect = this.#find(message.address).read(message.args);
        if ("command" in effect) commands.push({ message, command: effect.command });
        else return this.#perform(message, effect.act, sender);
      });
    }
    if (commands.length === 0) return;
    try {
      const time = tag === undefined ? undefined : { unixMs: unixMsOf(tag) };
      const { lateMs } = this.#options.engine.submit(commands.map(({ command }) => command), time);
      for (const { message: { address } } of commands) {
        sender.reply(done(address));
        if (lateMs > 0) {
          sender.reply({ address: "/late", args: [text(address), { type: "f", value: lateMs }] });
        }
      }
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      for (const { message } of commands) sender.reply(failed(message.address, error.message));
    }
  }

  #perform(message: OscMessage, act: (sender: OscSender) => void | Promise<void>, sender: OscSender): void {
    const result = act(sender);
    if (result === undefined) return sender.reply(done(message.address));
    result.then(
      () => sender.reply(done(message.address)),
      (error) => sender.reply(failed(message.address, (error as Error).message)),
    );
  }

  #answering(message: OscMessage, sender: OscSender, work: () => void): void {
    try {
      work();
    } catch (error) {
      const expected = error instanceof MessageRefused || error instanceof CommandRefused;
      sender.reply(
        failed(message.address, expected ? error.message : `internal error: ${(error as Error).message}`),
      );
      if (!expected) throw error;
    }
  }

  #find(address: string): Method {
    this.#follow();
    const method = this.#methods.get(address);
    if (method) return method;
    throw new MessageRefused(
      `there is no such address; the nearest is ${nearest(address, [...this.#methods.keys()])}`,
    );
  }
}

function methodsOf({ engine, version, loadPatch, onQuit }: AddressSpaceOptions): Method[] {
  return [
    ...musicMethods(engine).map(({ read, ...method }): Method => ({
      ...method,
      read: (args) => ({ command: read(args) }),
    })),
    {
      address: "/status",
      types: "",
      description: "answers /status.reply with pairs of name and value",
      read: bare(() => ({ act: (sender) => sender.reply(statusReply(engine)) })),
    },
    {
      address: "/version",
      types: "",
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
      address: "/sync",
      types: "i",
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
      address: "/patch/load",
      types: "|s",
      description:
        "exchanges the patch while the old one plays: its name or file, or nothing to load the last one anew; " +
        "answered when the new one is heard",
      read: (args) => {
        const [nameOrFile] = args.length === 0 ? [] : texts(args, 1);
        return { act: () => loadPatch(nameOrFile) };
      },
    },
    {
      address: "/engine/failover",
      types: "",
      description: "exchanges primary and standby",
      read: bare(() => ({ act: () => engine.failover() })),
    },
    {
      address: "/engine/fault",
      types: "ss",
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
      description: "fades out and ends the engine",
      read: bare(() => ({ act: () => void onQuit() })),
    },
  ];
}

function bare(effect: () => Effect): Method["read"] {
  return (args) => {
    if (args.length > 0) throw new MessageRefused(`expected no arguments, found ${args.length}`);
    return effect();
  };
}

/** Names as `EngineStatus` has them, nested ones joined by a dot; numbers as `f` or `i`, the rest as `s`. */
function statusReply(engine: EngineControl): OscMessage {
  const pairs = Object.entries(engine.status()).flatMap(([name, value]) =>
    typeof value === "object"
      ? Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner])
      : [[name, value]]
  );
  return {
    address: "/status.reply",
    args: pairs.flatMap(([name, value]): OscArgument[] => [text(String(name)), scalar(value)]),
  };
}

function scalar(value: unknown): OscArgument {
  if (typeof value !== "number") return text(String(value));
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? { type: "i", value } : { type: "f", value };
}

function text(value: string): OscArgument {
  return { type: "s", value };
}

function done(address: string): OscMessage {
  return { address: "/done", args: [text(address)] };
}

function failed(address: string, reason: string): OscMessage {
  return { address: "/fail", args: [text(address), text(reason)] };
}
