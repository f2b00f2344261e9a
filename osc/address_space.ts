/**
 * What can be said to the engine, as one table: address, type tags, who may, what it does. Every message is answered;
 * messages of a bundle that change the sound are put into the log together, one submission for each time tag.
 */
import { type Command, CommandRefused, type EngineControl } from "../engine/control.ts";
import { AccessControl } from "./access.ts";
import { MessageRefused } from "./arguments.ts";
import { suggestion } from "./help.ts";
import type { PacketSender } from "./intake.ts";
import { Meters } from "./meters.ts";
import { done, type Effect, failed, float, type Method, text } from "./method.ts";
import { type MethodDescription, musicMethods } from "./music_methods.ts";
import { Notifications } from "./notifications.ts";
import { isBundle, type OscBundle, type OscMessage } from "./packet.ts";
import { groupMethods } from "./parameter_groups.ts";
import { isPattern, PatternMalformed } from "./pattern.ts";
import { PatternCache } from "./pattern_cache.ts";
import { TokenBucket } from "./rate_limit.ts";
import { dumpLine, serverMethods } from "./server_methods.ts";
import { isImmediate, notEarlier, type TimeTag, unixMsOf } from "./time_tag.ts";

export interface AddressSpaceOptions {
  readonly engine: EngineControl;
  readonly version: string;
  /** Brings a patch in by name or file; without either, the one that was loaded last, anew. */
  readonly loadPatch: (nameOrFile: string | undefined) => Promise<void>;
  readonly onQuit: () => void;
  /** Who may do what; omitted: this machine everything. */
  readonly access?: AccessControl;
  /** Gets a line for each message while `/dump 1` holds. */
  readonly onDump?: (line: string) => void;
  /** Counts of what came in, for `/status`. */
  readonly traffic?: () => Readonly<Record<string, number>>;
  /** How the MIDI input stands, for `/status`; nothing where there is none. */
  readonly midi?: () => Readonly<Record<string, number>>;
}

/** All that is known of what can be said while one patch plays. */
interface Table {
  readonly methods: ReadonlyMap<string, Method>;
  /** Patterns reach only what changes the sound: nobody shall quit by `/*`. */
  readonly patterns: PatternCache;
}

const suggestionsPerSecond = 50;

/** Methods that the messages of one bundle reach together, at most: each may be a pattern that matches many. */
const mostReached = 2_048;

export class AddressSpace {
  readonly #options: AddressSpaceOptions;
  readonly #access: AccessControl;
  readonly #notifications: Notifications;
  readonly #meters: Meters;
  readonly #server: readonly Method[];
  readonly #stopWatching: () => void;
  /** Suggestions cost more than all else that an answer may hold: so many there are in a second. */
  readonly #suggestions = new TokenBucket(suggestionsPerSecond, suggestionsPerSecond, performance.now());
  #table: Table;
  #dumping = false;

  constructor(options: AddressSpaceOptions) {
    const { engine } = options;
    this.#options = options;
    this.#access = options.access ?? AccessControl.local();
    this.#notifications = new Notifications(engine);
    this.#meters = new Meters(engine);
    this.#server = serverMethods({
      ...options,
      access: this.#access,
      notifications: this.#notifications,
      meters: this.#meters,
      traffic: options.traffic ?? (() => ({})),
      midi: options.midi ?? (() => ({})),
      setDump: (on) => void (this.#dumping = on),
      methods: () => this.methods,
    });
    this.#table = this.#tableOf(engine);
    this.#stopWatching = engine.observe(({ event }) => {
      if (event === "patch") this.#table = this.#tableOf(engine);
    });
  }

  /** All addresses with their types and descriptions, for documentation and help. */
  get methods(): readonly MethodDescription[] {
    return [...this.#table.methods.values()];
  }

  /** Does what a packet asks for and answers to its sender. Throws only what is a defect of ours. */
  dispatch(packet: OscMessage | OscBundle, sender: PacketSender): void {
    this.#notifications.renew(sender);
    this.#meters.renew(sender);
    if (isBundle(packet)) this.#bundle(packet, packet.timeTag, sender);
    else this.#submit([packet], undefined, sender);
  }

  /** Ends subscriptions and their timers. */
  stop(): void {
    this.#stopWatching();
    this.#notifications.stop();
    this.#meters.stop();
  }

  #tableOf(engine: EngineControl): Table {
    const music = musicMethods(engine).map(({ read, ...method }): Method => ({
      ...method,
      access: "change",
      read: (args) => ({ commands: [read(args)] }),
    }));
    const own = new Map(this.#server.map((method) => [method.address, method]));
    const sounding = [...groupMethods(engine), ...music].filter(({ address }) => !own.has(address));
    const methods = new Map([...sounding, ...this.#server].map((method) => [method.address, method]));
    return { methods, patterns: new PatternCache(music.map(({ address }) => address)) };
  }

  #bundle(bundle: OscBundle, enclosing: TimeTag, sender: PacketSender): void {
    const tag = isImmediate(bundle.timeTag) || notEarlier(bundle.timeTag, enclosing)
      ? bundle.timeTag
      : enclosing;
    const messages = bundle.elements.filter((element) => !isBundle(element)) as OscMessage[];
    this.#submit(messages, isImmediate(tag) ? undefined : tag, sender);
    for (const element of bundle.elements) if (isBundle(element)) this.#bundle(element, tag, sender);
  }

  /** One invalid message does not keep the others from being heard; each is answered on its own. */
  #submit(messages: readonly OscMessage[], tag: TimeTag | undefined, sender: PacketSender): void {
    const accepted: { message: OscMessage; commands: readonly Command[] }[] = [];
    let left = mostReached;
    for (const each of messages) {
      if (this.#dumping) this.#options.onDump?.(dumpLine(each, sender));
      const reached = this.#expand(each, sender);
      left -= reached.length;
      if (left < 0) {
        sender.reply(failed(each.address, `expected at most ${mostReached} methods reached by one bundle`));
        continue;
      }
      for (const message of reached) {
        this.#answering(message, sender, () => {
          const effect = this.#read(message, sender);
          if ("act" in effect) return this.#perform(message, effect.act, sender);
          if (tag !== undefined && effect.commands.some(({ kind }) => kind === "clear")) {
            throw new MessageRefused("acts at once; send it outside of a bundle with a time");
          }
          accepted.push({ message, commands: effect.commands });
        });
      }
    }
    if (accepted.length === 0) return;
    try {
      const time = tag === undefined ? undefined : { unixMs: unixMsOf(tag) };
      const { lateMs } = this.#options.engine.submit(accepted.flatMap(({ commands }) => commands), time);
      for (const { message: { address } } of accepted) {
        sender.reply(done(address));
        if (lateMs > 0) sender.reply({ address: "/late", args: [text(address), float(lateMs)] });
      }
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      for (const { message } of accepted) sender.reply(failed(message.address, error.message));
    }
  }

  #read(message: OscMessage, sender: PacketSender): Effect {
    const { methods } = this.#table;
    const method = methods.get(message.address);
    if (!method) {
      throw new MessageRefused(
        `there is no such address; ${
          this.#suggestions.take(1, performance.now())
            ? suggestion(message.address, [...methods.keys()])
            : "/help lists all"
        }`,
      );
    }
    this.#access.check(sender, method.access);
    return method.read(message.args);
  }

  /** One message for every method that the address matches; what matches none stays as it is and is answered. */
  #expand(message: OscMessage, sender: PacketSender): readonly OscMessage[] {
    const { address } = message;
    if (this.#table.methods.has(address) || !isPattern(address)) return [message];
    try {
      const matches = this.#table.patterns.matches(address);
      if (matches.length > 0) return matches.map((match) => ({ ...message, address: match }));
      sender.reply(failed(address, "no address matches this pattern"));
    } catch (error) {
      if (!(error instanceof PatternMalformed)) throw error;
      sender.reply(failed(address, error.message));
    }
    return [];
  }

  #perform(
    message: OscMessage,
    act: (sender: PacketSender) => void | Promise<void>,
    sender: PacketSender,
  ): void {
    const result = act(sender);
    if (result === undefined) return sender.reply(done(message.address));
    result.then(
      () => sender.reply(done(message.address)),
      (error) => sender.reply(failed(message.address, (error as Error).message)),
    );
  }

  #answering(message: OscMessage, sender: PacketSender, work: () => void): void {
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
}
