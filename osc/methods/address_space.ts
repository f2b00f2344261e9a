/**
 * What can be said to the engine, as one table: address, type tags, who may, what it does. Every message is answered, unless
 * its sender asked not to be; messages of a bundle that change the sound are put into the log together, one submission for
 * each time tag. A bundle is read a little at a time, so that no packet keeps the isolate from its other duties.
 */
import { type Command, CommandRefusedError, type EngineControl } from "../../engine/control/control.ts";
import { AccessControl } from "../admission/access_control.ts";
import { MessageRefusedError } from "../packet/arguments.ts";
import { EncodedMessage } from "../packet/encoded_message.ts";
import { Feedback } from "../subscriptions/feedback.ts";
import { suggestion } from "./help.ts";
import type { PacketSender, Steps } from "../transport/intake.ts";
import { Meters } from "../subscriptions/meters.ts";
import { type Effect, type Method } from "./method.ts";
import { done, failed, float, text } from "../packet/reply.ts";
import { musicMethods } from "./music_methods.ts";
import { type MethodDescription } from "./music_method.ts";
import { Notifications } from "../subscriptions/notifications.ts";
import { isBundle, type OscBundle, type OscMessage } from "../packet/packet.ts";
import { groupMethods } from "./parameter_groups.ts";
import { isPattern, PatternError } from "./pattern.ts";
import { PatternCache } from "./pattern_cache.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";
import { LruMap } from "../../foundation/lru_map.ts";
import { dumpLine, serverMethods } from "./server_methods.ts";
import { isImmediate, notEarlier, type TimeTag, unixMsOf } from "../packet/time_tag.ts";

export interface AddressSpaceOptions {
  readonly engine: EngineControl;
  readonly version: string;
  /** Brings a patch in by name or file; without either, the one that was loaded last, anew. */
  readonly loadPatch: (nameOrFile: string | undefined) => Promise<void>;
  /** Patches by the number of a MIDI program; omitted: there are none. */
  readonly programs?: readonly string[];
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
  /** What is answered when a method did its work, by its address. */
  readonly done: ReadonlyMap<string, OscMessage>;
}

/** A message that changes the sound, until those of its bundle are put into the log. */
interface Accepted {
  readonly address: string;
  readonly commands: readonly Command[];
}

const suggestionsPerSecond = 50;

/** Methods that the messages of one bundle reach together, at most: each may be a pattern that matches many. */
const maxReached = 2_048;

/** Messages of a bundle that are read, or answered, in one step; one that is more than a change of the sound fills it. */
const messagesInStep = 32;

/** Senders that may have turned their answers off at once; who was silent longest is answered again. */
const maxUnanswered = 1_024;

export class AddressSpace {
  readonly #options: AddressSpaceOptions;
  readonly #access: AccessControl;
  readonly #notifications: Notifications;
  readonly #meters: Meters;
  readonly #feedback: Feedback;
  readonly #server: readonly Method[];
  readonly #stopWatching: () => void;
  /** Suggestions cost more than all else that an answer may hold: so many there are in a second. */
  readonly #suggestions = new TokenBucket(suggestionsPerSecond, suggestionsPerSecond, performance.now());
  /** Senders, by their key, that are told only what went wrong. */
  readonly #unanswered = new LruMap<string, true>(maxUnanswered);
  readonly #submitNow: EngineControl["submit"];
  #table: Table;
  #dumping = false;

  constructor(options: AddressSpaceOptions) {
    const { engine } = options;
    this.#options = options;
    this.#access = options.access ?? AccessControl.local();
    this.#submitNow = engine.submit.bind(engine);
    this.#notifications = new Notifications(engine);
    this.#meters = new Meters(engine);
    this.#feedback = new Feedback(engine);
    this.#server = serverMethods({
      ...options,
      access: this.#access,
      notifications: this.#notifications,
      meters: this.#meters,
      feedback: this.#feedback,
      programs: options.programs ?? [],
      traffic: options.traffic ?? (() => ({})),
      midi: options.midi ?? (() => ({})),
      setDump: (on) => void (this.#dumping = on),
      setAnswers: ({ key }, on) => on ? this.#unanswered.delete(key) : this.#unanswered.set(key, true),
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
    const steps = this.begin(packet, sender);
    while (steps && !steps.next().done);
  }

  /** As {@link AddressSpace.dispatch}, but what takes long is returned, to be done a little at a time. */
  begin(packet: OscMessage | OscBundle, sender: PacketSender): Steps | void {
    this.#notifications.renew(sender);
    this.#meters.renew(sender);
    if (this.#feedback.size > 0) this.#feedback.heard(sender, packet);
    if (isBundle(packet)) return this.#bundle(packet, packet.timeTag, sender);
    if (!this.#table.methods.has(packet.address) && isPattern(packet.address)) {
      return this.#submit([packet], undefined, sender);
    }
    this.#single(packet, sender);
  }

  /** Ends subscriptions and their timers. */
  stop(): void {
    this.#stopWatching();
    this.#notifications.stop();
    this.#meters.stop();
    this.#feedback.stop();
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
    return {
      methods,
      patterns: new PatternCache(music.map(({ address }) => address)),
      done: new Map([...methods.keys()].map((address) => [address, new EncodedMessage(done(address))])),
    };
  }

  /** The same as a bundle of one message, on the shortest way. */
  #single(message: OscMessage, sender: PacketSender): void {
    if (this.#dumping) this.#options.onDump?.(dumpLine(message, sender));
    this.#answering(message, sender, (effect) => {
      this.#submitNow(effect.commands);
      this.#tellDone(message.address, sender);
    });
  }

  *#bundle(bundle: OscBundle, enclosing: TimeTag, sender: PacketSender): Generator<void, void> {
    const tag = isImmediate(bundle.timeTag) || notEarlier(bundle.timeTag, enclosing)
      ? bundle.timeTag
      : enclosing;
    const messages = bundle.elements.filter((element) => !isBundle(element)) as OscMessage[];
    yield* this.#submit(messages, isImmediate(tag) ? undefined : tag, sender);
    for (const element of bundle.elements) {
      if (isBundle(element)) yield* this.#bundle(element, tag, sender);
    }
  }

  /** One invalid message does not keep the others from being heard; each is answered on its own. */
  *#submit(
    messages: readonly OscMessage[],
    tag: TimeTag | undefined,
    sender: PacketSender,
  ): Generator<void, void> {
    const table = this.#table;
    const accepted: Accepted[] = [];
    let left = maxReached;
    let inStep = 0;
    for (const each of messages) {
      if (this.#dumping) this.#options.onDump?.(dumpLine(each, sender));
      const reached = this.#expand(each, sender);
      left -= reached.length;
      if (left < 0) {
        sender.reply(failed(each.address, `expected at most ${maxReached} methods reached by one bundle`));
        continue;
      }
      const before = accepted.length;
      for (const message of reached) this.#accept(message, tag, sender, accepted);
      inStep += accepted.length - before === 1 ? 1 : messagesInStep;
      if (inStep < messagesInStep) continue;
      inStep = 0;
      yield;
    }
    if (accepted.length > 0) yield* this.#append(accepted, tag, sender, table);
  }

  #accept(
    message: OscMessage,
    tag: TimeTag | undefined,
    sender: PacketSender,
    accepted: Accepted[],
  ): void {
    this.#answering(message, sender, ({ commands }) => {
      if (tag !== undefined && commands.some(({ kind }) => kind === "clear")) {
        throw new MessageRefusedError("acts at once; send it outside of a bundle with a time");
      }
      accepted.push({ address: message.address, commands });
    });
  }

  /** @param table what the commands mean: they were read by it */
  *#append(
    accepted: readonly Accepted[],
    tag: TimeTag | undefined,
    sender: PacketSender,
    table: Table,
  ): Generator<void, void> {
    let lateMs = 0;
    let refusal: string | undefined;
    try {
      if (table !== this.#table) {
        throw new CommandRefusedError("another patch plays since it came; send it again");
      }
      const time = tag === undefined ? undefined : { unixMs: unixMsOf(tag) };
      lateMs = this.#submitNow(accepted.flatMap(({ commands }) => commands), time).lateMs;
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error;
      refusal = error.message;
    }
    for (let index = 0; index < accepted.length; index++) {
      if (index > 0 && index % messagesInStep === 0) yield;
      const { address } = accepted[index];
      if (refusal === undefined) this.#tellDone(address, sender);
      else sender.reply(failed(address, refusal));
      if (lateMs > 0) sender.reply({ address: "/late", args: [text(address), float(lateMs)] });
    }
  }

  #read(message: OscMessage, sender: PacketSender): Effect {
    const { methods } = this.#table;
    const method = methods.get(message.address);
    if (!method) {
      throw new MessageRefusedError(
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
      if (!(error instanceof PatternError)) throw error;
      sender.reply(failed(address, error.message));
    }
    return [];
  }

  #perform(
    { address }: OscMessage,
    act: (sender: PacketSender) => void | Promise<void>,
    sender: PacketSender,
  ): void {
    const result = act(sender);
    if (result === undefined) return this.#tellDone(address, sender);
    result.then(
      () => this.#tellDone(address, sender),
      (error) => sender.reply(failed(address, (error as Error).message)),
    );
  }

  #tellDone(address: string, sender: PacketSender): void {
    if (this.#unanswered.size > 0 && this.#unanswered.get(sender.key)) return;
    sender.reply(this.#table.done.get(address) ?? done(address));
  }

  /** Reads a message and does what is done at once, or hands its commands to `take`; answers what goes wrong. */
  #answering(
    message: OscMessage,
    sender: PacketSender,
    take: (effect: { readonly commands: readonly Command[] }) => void,
  ): void {
    try {
      const effect = this.#read(message, sender);
      if ("act" in effect) this.#perform(message, effect.act, sender);
      else take(effect);
    } catch (error) {
      const expected = error instanceof MessageRefusedError || error instanceof CommandRefusedError;
      sender.reply(
        failed(message.address, expected ? error.message : `internal error: ${(error as Error).message}`),
      );
      if (!expected) throw error;
    }
  }
}
