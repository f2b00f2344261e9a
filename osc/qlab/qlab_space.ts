/**
 * Answers programs that speak to QLab: remotes, Bitfocus Companion, desks. Words, replies (`/reply/{address}` with JSON) and updates are
 * those of its public dictionary, version 5; {@link meaningOf} says which of them a show here has. What nobody here knows goes on to
 * the engine's own addresses. Main isolate.
 */
import { CommandRefusedError } from "../../engine/control/control.ts";
import type { ShowRemote } from "../../engine/control/show_control.ts";
import type { RunningCueView } from "../../engine/control/show_view.ts";
import { LruMap } from "../../foundation/lru_map.ts";
import type { AccessControl } from "../admission/access_control.ts";
import type { PacketTarget, Steps } from "../admission/packet_target.ts";
import { flag, MessageRefusedError, numberOf, numbers } from "../packet/arguments.ts";
import { isBundle, type OscArgument, type OscBundle, type OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { text } from "../packet/reply.ts";
import { Subscribers } from "../subscriptions/subscribers.ts";
import { QlabCues } from "./qlab_cues.ts";
import { displayName, isQlabWord, meaningOf, type QlabMoment } from "./qlab_words.ts";

export interface QlabSpaceOptions {
  /** The show that plays; undefined: none is loaded. */
  readonly show: () => ShowRemote | undefined;
  readonly access: AccessControl;
  /** Of this program. */
  readonly version: string;
  /** Whether a secret must be sent with `/connect` before anything may be changed. */
  readonly hasSecret: boolean;
  /** Gets what is not said in QLab's words; omitted: it is answered as an error. */
  readonly others?: PacketTarget;
  /** Runs at most this often, in milliseconds, what sends updates; for tests. */
  readonly later?: (work: () => void) => void;
}

/** The version of the dictionary, which clients read to choose their words. */
const dictionaryVersion = "5.4";

/** Longest reply over UDP, in bytes: with its address it must fit into a datagram. */
const maxUdpBytes = 60_000;

/** Longest address, in characters: a reply has it twice, with escapes. */
const maxAddressLength = 2_048;

/** Words that end with a number, of which 0 is one; to all others 0 is a button that is let go of. */
const takesNumber = /^(panicInTime|loadAt|playhead(I[Dd])?|playbackPosition(I[Dd])?|select|select_id|armed)$/;

/** Senders that want every reply, at most. */
const maxRemembered = 1_024;

/** Updates are sent at most this often, in milliseconds. */
const updateMs = 50;

/** Words that need no workspace. */
const applicationWords = new Set([
  ...["version", "workspaces", "connect", "disconnect", "updates", "thump", "alwaysReply", "udpReplyPort"],
  ...["udpKeepAlive", "forgetMeNot"],
]);

type Status = "ok" | "error" | "denied";

export class QlabSpace implements PacketTarget {
  readonly #options: QlabSpaceOptions;
  readonly #updates = new Subscribers<undefined>();
  /** Senders, by their key, that want replies to what answers nothing. */
  readonly #alwaysReply = new LruMap<string, true>(maxRemembered);
  #cues: QlabCues | undefined;
  #followed: ShowRemote | undefined;
  #stopFollowing = () => {};
  #isUpdateDue = false;
  #isListDue = false;
  /** What was told last. */
  #playhead: string | null | undefined;
  #lastGoFrame: number | undefined;
  #running = new Map<string, RunningCueView>();

  constructor(options: QlabSpaceOptions) {
    this.#options = options;
  }

  /** Whether QLab has this address. */
  has(address: string): boolean {
    const words = wordsOf(address);
    return words[0] === "workspace" || applicationWords.has(words[0]) || isQlabWord(words);
  }

  begin(packet: OscMessage | OscBundle, sender: PacketSender): Steps | void {
    this.#updates.renew(sender);
    if (isBundle(packet)) return this.#bundle(packet, sender);
    if (this.#options.others !== undefined && !this.has(packet.address)) {
      return this.#options.others.begin(packet, sender);
    }
    this.#message(packet, sender);
  }

  /** Ends subscriptions. */
  stop(): void {
    this.#stopFollowing();
    this.#updates.end();
  }

  *#bundle({ elements }: OscBundle, sender: PacketSender): Generator<void, void> {
    for (const element of elements) {
      const steps = this.begin(element, sender);
      if (steps) { for (let step = steps.next(); !step.done; step = steps.next()) yield; }
      yield;
    }
  }

  #message({ address, args }: OscMessage, sender: PacketSender): void {
    if (address.length > maxAddressLength) {
      const data = `expected an address of at most ${maxAddressLength} characters, found ${address.length}`;
      return this.#reply(sender, { address: address.slice(0, maxAddressLength), status: "error", data });
    }
    try {
      const words = wordsOf(address);
      const moment = this.#moment();
      const isInWorkspace = words[0] === "workspace";
      if (isInWorkspace) this.#checkWorkspace(words[1], moment);
      const own = isInWorkspace ? words.slice(2) : words;
      const data = applicationWords.has(own[0])
        ? this.#application(own, args, sender, moment)
        : this.#workspace(own, args, sender, moment);
      if (data !== undefined) return this.#reply(sender, { address, status: "ok", data, moment });
      if (this.#alwaysReply.get(sender.key)) this.#reply(sender, { address, status: "ok", moment });
    } catch (error) {
      const isExpected = error instanceof MessageRefusedError || error instanceof CommandRefusedError;
      const status = error instanceof DeniedError ? "denied" : "error";
      this.#reply(sender, { address, status, data: (error as Error).message });
      if (!isExpected) throw error;
    }
  }

  #moment(): QlabMoment | undefined {
    const show = this.#options.show();
    if (show !== this.#followed) this.#follow(show);
    if (show === undefined) return undefined;
    const { list } = show;
    if (this.#cues?.list !== list) this.#cues = new QlabCues(list);
    return { cues: this.#cues, status: show.status() };
  }

  #follow(show: ShowRemote | undefined): void {
    this.#stopFollowing();
    this.#followed = show;
    this.#stopFollowing = show?.subscribe((change) => this.#scheduleUpdate(change)) ?? (() => {});
    this.#running = new Map();
    this.#playhead = undefined;
  }

  #checkWorkspace(id: string | undefined, moment: QlabMoment | undefined): void {
    if (moment === undefined) throw noShow();
    const { workspaceId } = moment.cues;
    if (id !== undefined && (id.toUpperCase() === workspaceId || id === displayName(moment.cues))) return;
    throw new MessageRefusedError(
      `there is no workspace ${id ?? ""}; /workspaces lists the one that is open`,
    );
  }

  #workspace(
    words: readonly string[],
    args: readonly OscArgument[],
    sender: PacketSender,
    moment: QlabMoment | undefined,
  ): unknown {
    const show = this.#options.show();
    if (moment === undefined || show === undefined) throw noShow();
    if (words.length === 1 && words[0] === "hasPasscode") return this.#options.hasSecret;
    const meaning = meaningOf(words, args, moment);
    if ("data" in meaning) return meaning.data;
    this.#checkRight(sender);
    if (isRelease(words, args)) return undefined;
    for (const event of meaning.events) show.press(event);
    return undefined;
  }

  #checkRight(sender: PacketSender): void {
    try {
      this.#options.access.check(sender, "change");
    } catch (error) {
      throw new DeniedError((error as Error).message);
    }
  }

  /** Words of the program itself; undefined: it answers nothing. */
  #application(
    [word, ...rest]: readonly string[],
    args: readonly OscArgument[],
    sender: PacketSender,
    moment: QlabMoment | undefined,
  ): unknown {
    if (rest.length > 0) {
      throw new MessageRefusedError(`/${word}: expected nothing behind it, found /${rest.join("/")}`);
    }
    switch (word) {
      case "version":
        return `${dictionaryVersion} (understudy ${this.#options.version})`;
      case "workspaces":
        return moment === undefined ? [] : [{
          uniqueID: moment.cues.workspaceId,
          displayName: displayName(moment.cues),
          hasPasscode: this.#options.hasSecret,
          version: dictionaryVersion,
        }];
      case "connect":
        return this.#connect(args, sender, moment);
      case "thump":
        return "thump";
      case "updates":
        if (args.length === 0) return true;
        if (!flag(args)) return void this.#updates.leave(sender);
        this.#options.access.checkSubscription(sender);
        this.#updates.join(sender, undefined);
        return true;
      case "disconnect":
        return void this.#updates.leave(sender);
      case "alwaysReply":
        if (flag(args)) this.#alwaysReply.set(sender.key, true);
        else this.#alwaysReply.delete(sender.key);
        return undefined;
      case "udpReplyPort": {
        const [port] = numbers(args, "i");
        if (port !== 0 && (port < 1_024 || port > 65_535) || sender.setReplyPort?.(port) === false) {
          throw new MessageRefusedError(
            `udpReplyPort: expected another port from 1024 to 65535, found ${port}`,
          );
        }
        return undefined;
      }
      default:
        return undefined; // udpKeepAlive, forgetMeNot: whoever sends is remembered
    }
  }

  #connect(args: readonly OscArgument[], sender: PacketSender, moment: QlabMoment | undefined): string {
    if (moment === undefined) return "error";
    const [passcode] = args;
    if (passcode !== undefined) {
      try {
        this.#options.access.login(sender, "value" in passcode ? String(passcode.value) : "");
      } catch {
        return "badpass";
      }
    }
    const right = this.#options.access.rightOf(sender);
    return right === "change" ? "ok:view|control" : right === "read" ? "ok:view" : "badpass";
  }

  #reply(
    sender: PacketSender,
    { address, status, data, moment }: {
      readonly address: string;
      readonly status: Status;
      readonly data?: unknown;
      readonly moment?: QlabMoment;
    },
  ): void {
    const answer = {
      ...(moment === undefined ? {} : { workspace_id: moment.cues.workspaceId }),
      address,
      status,
      ...(data === undefined ? {} : { data }),
    };
    const json = JSON.stringify(answer);
    if (sender.setReplyPort !== undefined && new TextEncoder().encode(json).length > maxUdpBytes) {
      const problem = "the answer is too long for UDP; ask over TCP";
      return this.#reply(sender, { address, status: "error", data: problem });
    }
    sender.reply({ address: `/reply${address}`, args: [text(json)] });
  }

  #scheduleUpdate(change: "list" | "status"): void {
    if (change === "list") this.#isListDue = true;
    if (this.#isUpdateDue || this.#updates.size === 0) return;
    this.#isUpdateDue = true;
    (this.#options.later ?? ((work) => void setTimeout(work, updateMs)))(() => this.#sendUpdates());
  }

  /** Tells what has changed since the last time: ids alone, as QLab does; whoever wants more asks. */
  #sendUpdates(): void {
    this.#isUpdateDue = false;
    const moment = this.#moment();
    if (moment === undefined || this.#updates.size === 0) return;
    const { cues, status } = moment;
    const workspace = `/update/workspace/${cues.workspaceId}`;
    if (this.#isListDue) {
      this.#isListDue = false;
      this.#tell(workspace);
      this.#tell(`${workspace}/cue_id/${cues.listId}`);
    }
    const running = new Map(status.running.map((cue) => [cue.key, cue]));
    const changed = new Set([...running.keys(), ...this.#running.keys()]
      .filter((key) => stateOf(running.get(key)) !== stateOf(this.#running.get(key))));
    this.#running = running;
    for (const key of changed) {
      const cue = cues.byKey(key);
      if (cue !== undefined) this.#tell(`${workspace}/cue_id/${cues.idOf(cue)}`);
    }
    if (changed.size > 0) this.#tell(`${workspace}/cue_id/${cues.listId}`);
    if (status.playhead !== this.#playhead) {
      this.#playhead = status.playhead;
      const place = status.playhead === null ? [] : [text(cues.playheadId(status))];
      this.#tell(`${workspace}/cueList/${cues.listId}/playbackPosition`, place);
    }
    if (status.lastGo?.frame !== this.#lastGoFrame) {
      this.#lastGoFrame = status.lastGo?.frame;
      // clients ask for the time of the guard when this one comes
      this.#tell(`${workspace}/cue_id/__root__`);
    }
  }

  #tell(address: string, args: readonly OscArgument[] = []): void {
    for (const { sender } of this.#updates.current()) sender.reply({ address, args });
  }
}

/** A sender may not do this. */
class DeniedError extends MessageRefusedError {}

/** Whether a button is let go of: it sends 1 or nothing when it is pressed, and 0 afterwards. */
function isRelease(words: readonly string[], args: readonly OscArgument[]): boolean {
  if (args.length !== 1 || args[0].type === "s" || args[0].type === "S") return false;
  return numberOf(args[0]) === 0 && !takesNumber.test(words.at(-1)!);
}

function noShow(): MessageRefusedError {
  return new MessageRefusedError("no show is loaded; start with --show FILE or send /show/load");
}

function stateOf(cue: RunningCueView | undefined): string {
  return cue === undefined ? "" : `${cue.id} ${cue.stage} ${cue.paused}`;
}

function wordsOf(address: string): string[] {
  return address.split("/").slice(1);
}
