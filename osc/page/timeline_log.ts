/**
 * What happened in the last ten minutes, for pages that are opened later: events of the engine as they come, and what only counters
 * tell, once a second. Main isolate.
 */
import { basename } from "node:path";
import {
  maxTimelineEntries,
  type Moment,
  type TimelineEntry,
  type TimelineKind,
  timelineMs,
} from "../../dashboard/protocol.ts";
import type { EngineControl, EngineEvent, EngineStatus } from "../../engine/control/control.ts";

/** A counter of the status that makes an entry when it grows. */
interface Counter extends Pick<TimelineEntry, "kind" | "severity"> {
  readonly count: number;
  readonly text: (grown: number) => string;
}

/** An entry before it has a number and a moment. */
type Draft =
  & Pick<TimelineEntry, "kind" | "severity" | "text">
  & Partial<Pick<TimelineEntry, "event" | "count">>;

/** Time between two looks at the counters. */
const lookMs = 1_000;

/** Entries of a kind that follow each other within this are one. */
const mergeMs = 2_000;

export interface TimelineLogOptions {
  readonly engine: Pick<EngineControl, "observe" | "status">;
  /** The moment of an entry that is made now. */
  readonly moment: () => Moment;
  /** Gets every entry that is new or has grown. */
  readonly onEntry: (entry: TimelineEntry) => void;
}

export class TimelineLog {
  readonly #options: TimelineLogOptions;
  readonly #stopObserving: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #entries: TimelineEntry[] = [];
  #nextId = 1;
  #counters: Readonly<Record<string, Counter>>;
  /** The last entry of each counter. */
  readonly #last = new Map<string, TimelineEntry>();

  constructor(options: TimelineLogOptions) {
    const { engine } = options;
    this.#options = options;
    const status = engine.status();
    this.#counters = countersOf(status);
    if (status.controlRestarts > 0) {
      this.#add({
        kind: "process",
        severity: "warning",
        text: "the control process was lost and another took over; its timeline before is gone",
      });
    }
    this.#stopObserving = engine.observe((event) => {
      const draft = draftOf(event);
      if (draft) this.#add({ ...draft, event });
    });
    this.#timer = setInterval(() => this.look(engine.status()), lookMs);
  }

  /** Entries that are kept, oldest first. */
  get entries(): readonly TimelineEntry[] {
    this.#forget(this.#options.moment().unixMs);
    return this.#entries;
  }

  /** Makes entries of the counters that have grown. */
  look(status: EngineStatus): void {
    const before = this.#counters;
    this.#counters = countersOf(status);
    for (const [name, counter] of Object.entries(this.#counters)) {
      const grown = counter.count - before[name].count;
      if (grown > 0) this.#grow(name, counter, grown);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopObserving();
  }

  /** A counter has grown: its last entry grows, or another one begins. */
  #grow(name: string, { kind, severity, text }: Counter, grown: number): void {
    const last = this.#last.get(name);
    if (last && this.#options.moment().unixMs - last.unixMs < mergeMs) {
      const count = last.count + grown;
      const entry = { ...last, count, text: text(count) };
      this.#entries = this.#entries.map((each) => each.id === entry.id ? entry : each);
      this.#last.set(name, entry);
      return this.#options.onEntry(entry);
    }
    this.#last.set(name, this.#add({ kind, severity, text: text(grown), count: grown }));
  }

  #add(draft: Draft): TimelineEntry {
    const moment = this.#options.moment();
    this.#forget(moment.unixMs);
    const entry = { count: 1, ...draft, ...moment, id: this.#nextId++ };
    this.#entries.push(entry);
    this.#options.onEntry(entry);
    return entry;
  }

  #forget(unixMs: number): void {
    const first = this.#entries.findIndex((entry) => entry.unixMs >= unixMs - timelineMs);
    const old = first < 0 ? this.#entries.length : first;
    const excess = Math.max(old, this.#entries.length - maxTimelineEntries);
    if (excess > 0) this.#entries.splice(0, excess);
  }
}

function countersOf(status: EngineStatus): Record<string, Counter> {
  const counter = (
    count: number,
    kind: TimelineKind,
    severity: Counter["severity"],
    say: (grown: number) => string,
  ): Counter => ({ count, kind, severity, text: say });
  return {
    rescued: counter(
      status.rescuedBlocks,
      "rescued",
      "info",
      (count) => `${several(count, "block")} taken from another renderer than the primary`,
    ),
    concealed: counter(
      status.concealedFrames,
      "concealed",
      "error",
      (count) => `${several(count, "frame")} concealed: no renderer had them in time`,
    ),
    late: counter(
      status.lateCommands,
      "late",
      "warning",
      (count) => `${several(count, "command")} came too late and sounded at once`,
    ),
    xrun: counter(
      status.outputUnderflows,
      "xrun",
      "error",
      (count) => `${several(count, "xrun")}: the device was not served in time`,
    ),
    stage: counter(
      status.stageRestarts,
      "process",
      "error",
      (count) => `${several(count, "stage process")} lost and started again`,
    ),
    replacement: counter(
      status.replacements,
      "replacement",
      "info",
      (count) => `${several(count, "renderer")} started in place of a lost one`,
    ),
  };
}

function several(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun}${noun.endsWith("s") ? "es" : "s"}`;
}

/** The entry of an event; undefined for events of notes and values. */
function draftOf(event: EngineEvent): Draft | undefined {
  switch (event.event) {
    case "fault":
      return {
        kind: "fault",
        severity: "warning",
        text: `renderer ${event.rendererId} (${event.role}) lost: ${event.cause}`,
      };
    case "role":
      return { kind: "role", severity: "info", text: `renderer ${event.rendererId} is ${event.role} now` };
    case "lockstep":
      if (event.afterMs === 0) return undefined;
      return {
        kind: "replacement",
        severity: "info",
        text: `${event.renderers} renderers in lockstep again after ${event.afterMs.toFixed(0)} ms`,
      };
    case "alone":
      return { kind: "concealed", severity: "error", text: "no renderer in lockstep: sound is concealed" };
    case "overload":
      return {
        kind: "overload",
        severity: "error",
        text: "overload: all renderers are late; play fewer voices or raise UNDERSTUDY_LOOKAHEAD_BLOCKS",
      };
    case "shed":
      return {
        kind: "overload",
        severity: event.limit === 0 ? "info" : "warning",
        text: event.limit === 0 ? "all voices may sound" : `at most ${event.limit} voices may sound`,
      };
    case "quarantine":
      return {
        kind: "quarantine",
        severity: "error",
        text: `${event.commands} commands broke every renderer and are skipped permanently`,
        count: event.commands,
      };
    case "wrong":
      return {
        kind: "wrong",
        severity: "error",
        text: `${event.blocks} blocks were heard as a broken renderer had made them`,
        count: event.blocks,
      };
    case "anchor":
      return {
        kind: "quarantine",
        severity: "error",
        text: "no renderer could go on: they began again with the initial state of the patch",
      };
    case "refused":
      return {
        kind: "refused",
        severity: "warning",
        text: `${event.commands} commands refused: there was no room for them`,
        count: event.commands,
      };
    case "device":
      return {
        kind: "device",
        severity: event.state === "running" ? "info" : "error",
        text: `${event.state}: ${event.device}`,
      };
    case "degraded":
      return { kind: "degraded", severity: "warning", text: `${event.part}: ${event.problem}` };
    case "restored":
      return { kind: "restored", severity: "info", text: `${event.part}: as it should be again` };
    case "over":
      return {
        kind: "over",
        severity: "warning",
        text: `${event.samples} samples beyond full scale before the ceiling, up to ${event.peakDb} dB`,
        count: event.samples,
      };
    case "recStart":
      return { kind: "recording", severity: "info", text: `records to ${basename(event.path)}` };
    case "recStop":
      return {
        kind: "recording",
        severity: event.problem === "" ? "info" : "error",
        text: `${basename(event.path)} ended after ${event.seconds.toFixed(1)} s${
          event.problem === "" ? "" : `: ${event.problem}`
        }`,
      };
    case "recLost":
      return {
        kind: "recording",
        severity: "error",
        text: `${several(event.frames, "frame")} of ${
          basename(event.path)
        } are silence: the disk was too slow`,
        count: event.frames,
      };
    case "outputSilent":
      return {
        kind: "device",
        severity: "warning",
        text: `output ${event.output} has given no sound for ${event.seconds.toFixed(1)} s`,
      };
    case "outputSound":
      return { kind: "device", severity: "info", text: `output ${event.output} gives sound again` };
    case "patch":
      return { kind: "patch", severity: "info", text: `plays ${event.patch}` };
    case "lookahead":
      return {
        kind: "device",
        severity: "info",
        text: `lookahead ${event.blocks} blocks, latency ${event.latencyMs.toFixed(1)} ms`,
      };
    default:
      return undefined;
  }
}
