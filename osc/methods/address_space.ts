/**
 * All messages that the engine understands, as one table: address, type tags, access, effect. Every message is answered,
 * unless its sender asked not to be; messages of a bundle that change the sound are put into the log together, one
 * submission for each time tag. A bundle is carried out a little at a time, so that no packet keeps the isolate from its
 * other duties. Main isolate.
 */
import { CommandRefusedError, type EngineControl } from "../../engine/control/control.ts";
import { LruMap } from "../../foundation/lru_map.ts";
import { printable } from "../../foundation/printable.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";
import { MidiReceiver, type MidiReceiverOptions } from "../../midi/midi_receiver.ts";
import { AccessControl } from "../admission/access_control.ts";
import type { PacketTarget, Steps } from "../admission/packet_target.ts";
import { MessageRefusedError } from "../packet/arguments.ts";
import { EncodedMessage } from "../packet/encoded_message.ts";
import { isBundle, type OscBundle, type OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { done, failed, float, scalar, text } from "../packet/reply.ts";
import { isImmediate, notEarlier, type TimeTag, unixMsOf } from "../packet/time_tag.ts";
import { Feedback } from "../subscriptions/feedback.ts";
import type { Listening } from "../subscriptions/kept_listeners.ts";
import { Meters } from "../subscriptions/meters.ts";
import { Monitors, type MonitorsOptions } from "../subscriptions/monitors.ts";
import { Notifications } from "../subscriptions/notifications.ts";
import { askingMethods } from "./asking_methods.ts";
import { DirtEvents } from "./dirt_events.ts";
import { dirtMethods } from "./dirt_methods.ts";
import { dumpLine } from "./dump.ts";
import { suggestion } from "./help.ts";
import { listeningMethods } from "./listening_methods.ts";
import type { Action, Effect, Method } from "./method.ts";
import type { MethodDescription } from "./method_description.ts";
import { musicMethods } from "./music_methods.ts";
import { type LoadPatch, operatingMethods } from "./operating_methods.ts";
import { groupMethods } from "./parameter_groups.ts";
import { isPattern, PatternError } from "./pattern.ts";
import { PatternCache } from "./pattern_cache.ts";
import { recordingMethods } from "./recording_methods.ts";
import { RefusalLog } from "./refusal_log.ts";
import { showMethods } from "./show_methods.ts";
import { streamMethods } from "./stream_methods.ts";

export interface AddressSpaceOptions {
  readonly engine: EngineControl;
  readonly version: string;
  /** Loads a patch by its name or file; without either, the one that was loaded last. */
  readonly loadPatch: LoadPatch;
  /** Patches by the number of a MIDI program; omitted: there are none. */
  readonly programs?: readonly string[];
  readonly onQuit: () => void;
  /** Access rights of senders; omitted: this machine may do everything, others nothing. */
  readonly access?: AccessControl;
  /** Gets a line for each message while `/dump 1` holds. */
  readonly onDump?: (line: string) => void;
  /** Gets a line about a message that was refused; not about each of many. */
  readonly onRefused?: (line: string) => void;
  /** Counts of packets and losses, for `/status`. */
  readonly traffic?: () => Readonly<Record<string, number>>;
  /** Shows the messages of all senders; omitted: there are none to see. */
  readonly observeTraffic?: MonitorsOptions["observe"];
  /** Counts of the MIDI input, for `/status`; omitted where there is none. */
  readonly midi?: () => Readonly<Record<string, number>>;
  /** How the timecode stands that a show follows, for `/status`; omitted where none is. */
  readonly timecode?: () => Readonly<Record<string, number | string>>;
  /** What the audio inputs give that a show watches, for `/status`; omitted where none is. */
  readonly inputs?: () => Readonly<Record<string, string>>;
  /** MPE zones of the MIDI in OSC. */
  readonly midiZones?: MidiReceiverOptions;
  /** Takes messages whose address is not here; omitted: they are refused. */
  readonly others?: PacketTarget & { has(address: string): boolean };
  /** The clock that limits suggestions and lines of the log, in milliseconds. */
  readonly nowMs?: () => number;
  /** The wall clock in milliseconds since 1970, from which notes are counted that have a length and no time. */
  readonly unixMs?: () => number;
}

/** The methods while one patch plays. */
interface Table {
  readonly methods: ReadonlyMap<string, Method>;
  /** Patterns reach only methods that change the sound, so that `/*` does not end the engine. */
  readonly patterns: PatternCache;
  /** The answer of each method that was carried out, by its address. */
  readonly done: ReadonlyMap<string, OscMessage>;
  /** Addresses of methods that are not answered. */
  readonly silent: ReadonlySet<string>;
}

/** The changes of a message. */
type Changes = Exclude<Effect, { readonly act: Action } | { readonly answers: unknown }>;

/** A message that changes the sound, until those of its batch are put into the log. */
interface Accepted {
  readonly message: OscMessage;
  readonly changes: Changes;
}

/** Messages of one time tag, which are put into the log together. */
interface Batch {
  readonly sender: PacketSender;
  /** Undefined: at once. */
  readonly tag: TimeTag | undefined;
  /** The table that gives the commands their meaning. */
  readonly table: Table;
  readonly accepted: Accepted[];
}

/** Suggestions cost more than the rest of an answer, so their number is limited. */
const suggestionsPerSecond = 50;

/** Methods that the messages of one bundle reach together, at most: each may be a pattern that matches many. */
const maxReached = 2_048;

/** Messages of a bundle that are read, or answered, in one step; a message that is more than one change fills a step. */
const messagesPerStep = 32;

/** Answers to one question that are sent in one step. */
const answersPerPage = 16;

/** Senders that have turned their answers off, at most; beyond, the one that was silent longest is answered again. */
const maxUnanswered = 1_024;

export class AddressSpace implements PacketTarget {
  readonly #onDump: (line: string) => void;
  readonly #access: AccessControl;
  readonly #notifications: Notifications;
  readonly #meters: Meters;
  readonly #feedback: Feedback;
  readonly #monitors: Monitors;
  readonly #server: readonly Method[];
  readonly #stopObserving: () => void;
  readonly #nowMs: () => number;
  readonly #unixMs: () => number;
  readonly #latencyMs: () => number;
  readonly #suggestions: TokenBucket;
  readonly #refusals: RefusalLog;
  readonly #others: AddressSpaceOptions["others"];
  /** Senders, by their key, whose messages are not answered with `/done`. */
  readonly #unanswered = new LruMap<string, true>(maxUnanswered);
  readonly #submitNow: EngineControl["submit"];
  /** MIDI in OSC is one cable, whichever patch plays. */
  readonly #midi: MidiReceiver;
  #table: Table;
  #dumping = false;

  constructor(options: AddressSpaceOptions) {
    const { engine, version, loadPatch, programs = [], onQuit, access = AccessControl.local() } = options;
    const { onDump = () => {}, traffic = () => ({}), midi = () => ({}) } = options;
    const { timecode = () => ({}), inputs = () => ({}) } = options;
    const { onRefused = () => {}, nowMs = () => performance.now(), unixMs = Date.now } = options;
    this.#midi = new MidiReceiver(options.midiZones);
    this.#others = options.others;
    this.#nowMs = nowMs;
    this.#unixMs = unixMs;
    this.#latencyMs = () => engine.status().latencyMs;
    this.#refusals = new RefusalLog({ onLine: onRefused, nowMs });
    this.#suggestions = new TokenBucket(suggestionsPerSecond, suggestionsPerSecond, nowMs());
    this.#onDump = onDump;
    this.#access = access;
    this.#submitNow = engine.submit.bind(engine);
    this.#notifications = new Notifications(engine);
    this.#meters = new Meters(engine);
    this.#feedback = new Feedback(engine);
    this.#monitors = new Monitors({
      observe: options.observeTraffic ?? (() => () => {}),
      isKnown: (address) => this.#table.methods.has(address) || isPattern(address),
      nowMs,
    });
    const dirt = new DirtEvents(engine, nowMs);
    this.#server = [
      ...askingMethods({
        ...{ engine, version, midi, timecode, inputs, methods: () => this.methods },
        traffic: () => ({ ...traffic(), refusedMessages: this.refusedMessages }),
      }),
      ...listeningMethods({
        access,
        notifications: this.#notifications,
        meters: this.#meters,
        feedback: this.#feedback,
        setAnswers: ({ key }, on) => on ? this.#unanswered.delete(key) : this.#unanswered.set(key, true),
      }),
      ...operatingMethods({
        engine,
        loadPatch,
        programs,
        onQuit,
        setDump: (on) => void (this.#dumping = on),
        setMonitor: (sender, on) => {
          if (!on) return this.#monitors.leave(sender);
          access.checkSubscription(sender);
          this.#monitors.join(sender);
        },
      }),
      ...recordingMethods(engine),
      ...streamMethods(engine),
      ...showMethods(engine),
      ...dirtMethods({
        events: dirt,
        onUnknown: (reason) => onRefused(`OSC: /dirt/play: ${printable(reason)}; it is left out`),
      }),
    ];
    this.#table = this.#tableOf(engine);
    this.#stopObserving = engine.observe(({ event }) => {
      if (event !== "patch") return;
      dirt.followPatch();
      this.#table = this.#tableOf(engine);
    });
  }

  /** Messages that were refused. */
  get refusedMessages(): number {
    return this.#refusals.count;
  }

  /** All addresses with their types and descriptions, for documentation and help. */
  get methods(): readonly MethodDescription[] {
    return [...this.#table.methods.values()];
  }

  /** Whether there is a method of this address. */
  has(address: string): boolean {
    return this.#table.methods.has(address);
  }

  /** Carries out a packet and answers its sender. Throws only for a defect of this program. */
  begin(packet: OscMessage | OscBundle, sender: PacketSender): Steps | void {
    this.#notifications.renew(sender);
    this.#meters.renew(sender);
    this.#monitors.renew(sender);
    if (this.#feedback.size > 0) this.#feedback.heard(sender, packet);
    if (isBundle(packet)) return this.#bundle(packet, packet.timeTag, sender);
    const others = this.#othersFor(packet.address);
    if (others !== undefined) return others.begin(packet, sender);
    if (!this.#table.methods.has(packet.address) && isPattern(packet.address)) {
      return this.#submit([packet], undefined, sender);
    }
    return this.#single(packet, sender);
  }

  /** Who listens and who has logged in, for the process that may follow this one. */
  listening(): Listening {
    return {
      notifications: this.#notifications.keys,
      meters: this.#meters.rates,
      feedback: this.#feedback.keys,
      unanswered: [...this.#unanswered.entries()].map(([key]) => key),
      logins: this.#access.logins,
    };
  }

  /** Goes on sending to those who listened to the process before this one, and tells them that there is another. */
  resume(listening: Listening, senderOf: (key: string) => PacketSender, epoch: number): void {
    listening.logins.forEach((key) => this.#access.restoreLogin(key));
    listening.unanswered.forEach((key) => this.#unanswered.set(key, true));
    listening.meters.forEach(([key, rateHz]) => this.#meters.join(senderOf(key), rateHz));
    listening.feedback.forEach((key) => this.#feedback.join(senderOf(key)));
    const listeners = new Set([
      ...listening.notifications,
      ...listening.meters.map(([key]) => key),
      ...listening.feedback,
    ]);
    for (const key of listeners) {
      const sender = senderOf(key);
      if (listening.notifications.includes(key)) this.#notifications.join(sender);
      sender.reply({ address: "/event/control", args: [scalar(epoch)] });
    }
  }

  /** Ends subscriptions and their timers. */
  stop(): void {
    this.#stopObserving();
    this.#notifications.stop();
    this.#meters.stop();
    this.#feedback.stop();
    this.#monitors.stop();
  }

  #tableOf(engine: EngineControl): Table {
    const music = musicMethods(engine, this.#midi).map(({ read, hint, ...method }): Method => ({
      ...method,
      access: "change",
      read: (args) => ({ commands: read(args), hint: hint?.(args) }),
    }));
    // a patch has no method of the server: `reservedNames` keeps their addresses apart
    const all = [...groupMethods(engine), ...music, ...this.#server];
    const methods = new Map(all.map((method) => [method.address, method]));
    return {
      methods,
      patterns: new PatternCache(music.map(({ address }) => address)),
      done: new Map([...methods.keys()].map((address) => [address, new EncodedMessage(done(address))])),
      silent: new Set(all.filter(({ isSilent }) => isSilent).map(({ address }) => address)),
    };
  }

  /** The same as a bundle of one message, by the shortest way. */
  #single(message: OscMessage, sender: PacketSender): Steps | void {
    return this.#answering(message, sender, (changes) => {
      this.#put(changes, undefined, placeHolder(sender));
      this.#finish(message, changes, sender);
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

  /** Whoever else knows an address that is not here. */
  #othersFor(address: string): PacketTarget | undefined {
    return this.#table.methods.has(address) || !this.#others?.has(address) ? undefined : this.#others;
  }

  /** An invalid message does not affect the others; each is answered on its own. */
  *#submit(
    messages: readonly OscMessage[],
    tag: TimeTag | undefined,
    sender: PacketSender,
  ): Generator<void, void> {
    const batch: Batch = { sender, tag, table: this.#table, accepted: [] };
    let left = maxReached;
    let inStep = 0;
    for (const each of messages) {
      const others = this.#othersFor(each.address);
      if (others !== undefined) {
        const steps = others.begin(each, sender);
        if (steps) { for (let step = steps.next(); !step.done; step = steps.next()) yield; }
        continue;
      }
      const reached = this.#expand(each, sender);
      const isDumped = reached.length === 1 && reached[0] === each;
      if (this.#dumping && reached.length > 0 && !isDumped) this.#onDump(dumpLine(each, sender));
      left -= reached.length;
      if (left < 0) {
        this.#refuse(each, sender, `expected at most ${maxReached} methods reached by one bundle`);
        continue;
      }
      const before = batch.accepted.length;
      for (const message of reached) {
        const pages = this.#accept(message, batch, isDumped);
        if (pages) yield* pages;
      }
      inStep += batch.accepted.length - before === 1 ? 1 : messagesPerStep;
      if (inStep < messagesPerStep) continue;
      inStep = 0;
      yield;
    }
    if (batch.accepted.length > 0) yield* this.#append(batch);
  }

  #accept(
    message: OscMessage,
    { sender, tag, accepted }: Batch,
    isDumped: boolean,
  ): Generator<void, void> | void {
    const collect = (changes: Changes) => {
      if (tag !== undefined && changes.commands.some(({ kind }) => kind === "clear")) {
        throw new MessageRefusedError("acts at once; send it outside of a bundle with a time");
      }
      accepted.push({ message, changes });
    };
    return this.#answering(message, sender, collect, isDumped);
  }

  *#append({ sender, tag, table, accepted }: Batch): Generator<void, void> {
    let lateMs = 0;
    let refusal: string | undefined;
    try {
      if (table !== this.#table) {
        throw new CommandRefusedError("another patch plays since this bundle was received; send it again");
      }
      const commands = accepted.flatMap(({ changes }) => changes.commands);
      const later = accepted.flatMap(({ changes }) => changes.later ?? []);
      const unixMs = tag === undefined ? undefined : unixMsOf(tag);
      lateMs = this.#put({ commands, later }, unixMs, placeHolder(sender));
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error;
      refusal = error.message;
    }
    for (let index = 0; index < accepted.length; index++) {
      if (index > 0 && index % messagesPerStep === 0) yield;
      const { message, changes } = accepted[index];
      if (refusal === undefined) this.#finish(message, changes, sender);
      else this.#refuse(message, sender, refusal);
      if (lateMs > 0 && !table.silent.has(message.address)) {
        sender.reply({ address: "/late", args: [text(message.address), float(lateMs)] });
      }
    }
  }

  /**
   * Puts changes into the log, and returns how late they are in milliseconds. Those that follow go first: a note whose end
   * finds no room is not begun. Late notes begin at once, so their ends are put there again, later by as much.
   */
  #put({ commands, later = [] }: Changes, unixMs: number | undefined, holder: string): number {
    if (later.length === 0) {
      const time = unixMs === undefined ? undefined : { unixMs };
      return commands.length === 0 ? 0 : this.#submitNow(commands, time, holder).lateMs;
    }
    const startMs = unixMs ?? this.#unixMs() + this.#latencyMs();
    for (const { afterMs, commands } of later) {
      this.#submitNow(commands, { unixMs: startMs + afterMs }, holder);
    }
    const { lateMs } = this.#submitNow(commands, { unixMs: startMs }, holder);
    if (lateMs > 0) {
      for (const { afterMs, commands } of later) {
        this.#submitNow(commands, { unixMs: startMs + lateMs + afterMs }, holder);
      }
    }
    return unixMs === undefined ? 0 : lateMs;
  }

  /** Confirms a message that was carried out, with a hint if there is one. */
  #finish(message: OscMessage, { hint }: Changes, sender: PacketSender): void {
    if (hint === undefined) return this.#confirm(message.address, sender);
    this.#confirm(message.address, sender, [hint]);
    this.#refusals.mention(sender.key, () => `${dumpLine(message, sender)}: ${hint}`);
  }

  /** Tells the sender and the log why a message was not carried out. */
  #refuse(message: OscMessage, sender: PacketSender, reason: string): void {
    const isKnown = this.#table.methods.has(message.address);
    const describe = () => `${dumpLine(message, sender, isKnown)}: ${reason}`;
    if (this.#dumping) {
      this.#onDump(`${dumpLine(message, sender, isKnown)} refused: ${printable(reason)}`);
    }
    if (this.#table.silent.has(message.address)) {
      return this.#refusals.refuseOnce(sender.key, reason, describe);
    }
    this.#refusals.refuse(sender.key, describe);
    sender.reply(failed(message.address, reason));
  }

  #read(message: OscMessage, sender: PacketSender): Effect {
    const { methods } = this.#table;
    const method = methods.get(message.address);
    if (!method) {
      throw new MessageRefusedError(
        `there is no such address; ${
          this.#suggestions.spend(1, this.#nowMs())
            ? suggestion(message.address, [...methods.keys()])
            : "/help lists all"
        }`,
      );
    }
    this.#access.check(sender, method.access);
    return method.read(message.args);
  }

  /** One message for every method that the address matches. A pattern that matches none is answered. */
  #expand(message: OscMessage, sender: PacketSender): readonly OscMessage[] {
    const { address } = message;
    if (this.#table.methods.has(address) || !isPattern(address)) return [message];
    try {
      const matches = this.#table.patterns.matches(address);
      if (matches.length > 0) return matches.map((match) => ({ ...message, address: match }));
      this.#refuse(message, sender, "no address matches this pattern");
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#refuse(message, sender, error.message);
    }
    return [];
  }

  #perform(message: OscMessage, act: Action, sender: PacketSender): void {
    const { address } = message;
    const result = act(sender);
    if (result === undefined) return this.#confirm(address, sender);
    result.then(
      (warnings) => this.#confirm(address, sender, warnings ?? undefined),
      (error) => this.#refuse(message, sender, (error as Error).message),
    );
  }

  #confirm(address: string, sender: PacketSender, warnings: readonly string[] = []): void {
    if (this.#unanswered.size > 0 && this.#unanswered.get(sender.key)) return;
    if (this.#table.silent.has(address)) return;
    const known = warnings.length === 0 ? this.#table.done.get(address) : undefined;
    sender.reply(known ?? done(address, warnings));
  }

  /** Sends the answers to one question, a page in each step, and confirms it. */
  *#sendPages(address: string, answers: Iterable<OscMessage>, sender: PacketSender): Generator<void, void> {
    let onPage = 0;
    for (const answer of answers) {
      if (onPage++ === answersPerPage) {
        onPage = 1;
        yield;
      }
      sender.reply(answer);
    }
    this.#confirm(address, sender);
  }

  /**
   * Reads a message, and acts at once or passes its changes to `onChanges`. Answers errors. Returns the pages of answers,
   * where there are many.
   */
  #answering(
    message: OscMessage,
    sender: PacketSender,
    onChanges: (changes: Changes) => void,
    isDumped = true,
  ): Generator<void, void> | void {
    const isDumping = this.#dumping && isDumped;
    try {
      const effect = this.#read(message, sender);
      const pages = "answers" in effect
        ? this.#sendPages(message.address, effect.answers(), sender)
        : undefined;
      if ("act" in effect) this.#perform(message, effect.act, sender);
      else if ("commands" in effect) onChanges(effect);
      if (isDumping) this.#onDump(dumpLine(message, sender));
      return pages;
    } catch (error) {
      const expected = error instanceof MessageRefusedError || error instanceof CommandRefusedError;
      this.#refuse(message, sender, expected ? error.message : `internal error: ${(error as Error).message}`);
      if (!expected) throw error;
    }
  }
}

/** By whom the places of waiting commands are shared: a machine elsewhere, or one program of this machine. */
function placeHolder({ isLocal, hostname, key }: PacketSender): string {
  return isLocal ? key : hostname;
}
