/**
 * What the page knows of the engine: the newest message of each kind, and when the engine was last heard. Parts of the page read it
 * and are called once a frame after it has changed. The page's thread.
 */
import {
  type AccessState,
  type EngineMessage,
  type FileEntry,
  type Hello,
  type Histograms,
  type Live,
  type LogLine,
  maxTimelineEntries,
  type OscLine,
  type OscReply,
  type PatchMessage,
  type ShowListView,
  type ShowStatusView,
  type ShowText,
  staleMs,
  type StatusMessage,
  type TimelineEntry,
  timelineMs,
} from "../../protocol.ts";
import { followedClock, type FrameClock } from "../figures/frame_clock.ts";
import { acknowledgedLamps, type ClipLamps, nextLamps, noLamps } from "../figures/clip_lamps.ts";

/** How the page stands to the engine. Times are of `performance.now()`. */
export interface Contact {
  readonly state: "connecting" | "open" | "lost";
  /** When the engine was last heard; undefined: never. */
  readonly heardMs?: number;
  /** When the next attempt to connect begins. */
  readonly retryAtMs?: number;
  /** Why the engine ended the connection; empty: it did not say. */
  readonly farewell: string;
}

export interface PageState {
  readonly contact: Contact;
  /** The time of the last tick, for ages. */
  readonly nowMs: number;
  readonly hello?: Hello;
  readonly access: AccessState & { readonly problem: string };
  readonly patch?: PatchMessage;
  /** Values of the parameters, by index. */
  readonly values: readonly number[];
  readonly status?: StatusMessage;
  readonly live?: Live;
  readonly timeline: readonly TimelineEntry[];
  readonly histograms?: Histograms;
  /** The message before, for differences. */
  readonly earlierHistograms?: Histograms;
  readonly messages: readonly OscLine[];
  readonly log: readonly LogLine[];
  readonly files?: readonly FileEntry[];
  /** Answers that refuse something, newest last. */
  readonly refusals: readonly Refusal[];
  readonly clips: ClipLamps;
  /** The engine's clock minus the page's, in milliseconds. */
  readonly clockOffsetMs: number;
  /** Frames of the engine between its messages. */
  readonly frames?: FrameClock;
  /** Null: no show is loaded; undefined: the engine has not said. */
  readonly showList?: ShowListView | null;
  readonly showStatus?: ShowStatusView;
  readonly showText?: Pick<ShowText, "revision" | "text">;
  /** The newest answer to a command about the show. */
  readonly showAnswer?: ShowAnswer;
}

/** What the engine said to a command that begins with `/show/`. */
export interface ShowAnswer {
  readonly id: number;
  readonly address: string;
  /** Why it was refused; undefined: it was not. */
  readonly refusal?: string;
}

/** A command that the engine refused. */
export interface Refusal {
  readonly id: number;
  readonly address: string;
  readonly reason: string;
  readonly atMs: number;
}

/** Lines that monitor and log keep. */
export const maxLines = 1_000;

/** Refusals that are shown at once. */
const maxRefusals = 3;

/** What the page knows before it has heard anything. */
export const emptyState: PageState = {
  contact: { state: "connecting", farewell: "" },
  nowMs: 0,
  access: { seat: "read", reason: "", problem: "" },
  values: [],
  timeline: [],
  messages: [],
  log: [],
  refusals: [],
  clips: noLamps,
  clockOffsetMs: 0,
};

export interface StoreOptions {
  readonly nowMs: () => number;
  /** Calls back soon, once: `requestAnimationFrame` in a browser. */
  readonly soon: (run: () => void) => void;
}

export class Store {
  readonly #options: StoreOptions;
  readonly #listeners = new Set<() => void>();
  #state: PageState;
  #isDue = false;
  #refusals = 0;
  #answers = 0;

  constructor(options: StoreOptions, state: PageState = emptyState) {
    this.#options = options;
    this.#state = state;
  }

  get state(): PageState {
    return this.#state;
  }

  /** Calls `listener` after changes. Returns a function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes parts of the state. */
  change(part: Partial<PageState>): void {
    this.#state = { ...this.#state, ...part };
    if (this.#isDue) return;
    this.#isDue = true;
    this.#options.soon(() => {
      this.#isDue = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** Lets time pass: ages grow, and contact may become stale. */
  tick(): void {
    this.change({ nowMs: this.#options.nowMs() });
  }

  /** Clip lamps go out. */
  acknowledgeClips(): void {
    this.change({ clips: acknowledgedLamps(this.#state.live?.meters ?? [], this.#options.nowMs()) });
  }

  /** The connection was opened, lost, or is tried again. */
  contact(state: Contact["state"], retryAtMs?: number): void {
    const { contact } = this.#state;
    const farewell = state === "open" ? "" : contact.farewell;
    this.change({ contact: { ...contact, state, retryAtMs, farewell }, nowMs: this.#options.nowMs() });
  }

  /** The page's clock at this moment; {@link PageState.nowMs} is that of the last tick. */
  get nowMs(): number {
    return this.#options.nowMs();
  }

  /** Takes a message of the engine. Unknown types count as a sign of life. */
  receive(message: EngineMessage): void {
    const heardMs = this.#options.nowMs();
    const state = this.#state;
    const contact: Contact = { ...state.contact, state: "open", heardMs };
    const clock = "unixMs" in message ? { clockOffsetMs: message.unixMs - heardMs } : {};
    this.change({
      contact,
      ...clock,
      ...this.#framesBy(message, heardMs),
      ...this.#changeBy(message, heardMs),
    });
  }

  #framesBy(message: EngineMessage, heardMs: number): Partial<PageState> {
    const sampleRateHz = message.type === "hello" ? message.sampleRateHz : this.#state.hello?.sampleRateHz;
    const frame = message.type === "showStatus"
      ? message.status.frame
      : "frame" in message
      ? message.frame
      : undefined;
    if (sampleRateHz === undefined || frame === undefined) return {};
    return { frames: followedClock(this.#state.frames, { frame, heardMs, sampleRateHz }) };
  }

  #changeBy(message: EngineMessage, nowMs: number): Partial<PageState> {
    const state = this.#state;
    const ceilingDb = state.status?.status.ceilingDb ?? "off";
    switch (message.type) {
      case "hello": {
        const isSame = message.runId === state.hello?.runId;
        return {
          hello: message,
          access: { ...message.access, problem: "" },
          // what an engine that is gone has said is not the state of this one
          ...(!isSame && { clips: noLamps, live: undefined, histograms: undefined, timeline: [] }),
          ...(!isSame && { earlierHistograms: undefined, showList: undefined, showStatus: undefined }),
          ...(!isSame && { showText: undefined, showAnswer: undefined }),
        };
      }
      case "access":
        return { access: message };
      case "patch":
        return { patch: message, values: message.parameters.map(({ value }) => value) };
      case "values": {
        const values = [...state.values];
        for (const [parameter, value] of message.values) values[parameter] = value;
        return { values };
      }
      case "status":
        return { status: message };
      case "live":
        return { live: message, clips: nextLamps(state.clips, message.meters, { ceilingDb, nowMs }) };
      case "timeline":
        return { timeline: withEntries(state.timeline, message.entries, message.unixMs) };
      case "histograms":
        return { histograms: message, earlierHistograms: state.histograms };
      case "messages":
        return { messages: [...state.messages, ...message.messages].slice(-maxLines) };
      case "log":
        return { log: [...state.log, ...message.lines].slice(-maxLines) };
      case "files":
        return { files: message.files };
      case "showList":
        return { showList: message.list, ...(message.list === null && { showStatus: undefined }) };
      case "showStatus":
        return { showStatus: message.status };
      case "showText":
        return { showText: message };
      case "reply":
        return this.#reply(message, nowMs);
      case "goodbye":
        return { contact: { ...state.contact, farewell: message.reason, heardMs: nowMs } };
      default:
        return {};
    }
  }

  #reply({ address, args }: OscReply, atMs: number): Partial<PageState> {
    const [about = "", ...reasons] = args.map(String);
    if (address === "/done" && about.startsWith("/show/")) {
      return { showAnswer: { id: ++this.#answers, address: about } };
    }
    if (address !== "/fail") return {};
    const reason = reasons.join(" ");
    const answer = { showAnswer: { id: ++this.#answers, address: about, refusal: reason } };
    // mistakes of an edit stand beside the text, with their places
    if (about === "/show/edit") return answer;
    const refusal = { id: ++this.#refusals, address: about, reason, atMs };
    return {
      refusals: [...this.#state.refusals, refusal].slice(-maxRefusals),
      ...(about.startsWith("/show/") && answer),
    };
  }
}

/** Entries with new ones added; one with the id of an earlier one replaces it; those older than the timeline go. */
function withEntries(
  entries: readonly TimelineEntry[],
  added: readonly TimelineEntry[],
  unixMs: number,
): readonly TimelineEntry[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  for (const entry of added) byId.set(entry.id, entry);
  return [...byId.values()].filter((entry) => entry.unixMs > unixMs - timelineMs)
    .sort((one, other) => one.unixMs - other.unixMs || one.id - other.id)
    .slice(-maxTimelineEntries);
}

/** Whether what the page shows may be wrong by now, and for how long the engine has been silent, in milliseconds. */
export function staleness(
  { contact, nowMs }: Pick<PageState, "contact" | "nowMs">,
): { readonly isStale: boolean; readonly ageMs: number } {
  const ageMs = contact.heardMs === undefined ? Infinity : Math.max(0, nowMs - contact.heardMs);
  return { isStale: contact.state !== "open" || ageMs > 2 * staleMs, ageMs };
}
