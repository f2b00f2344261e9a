/**
 * What pages see of the sound while it plays, out of the shared memory: meters, windows and the stream of the output, renderers,
 * processes, histograms. One text is made for all pages that want it at a time. It never writes to the memory, and a page that takes
 * nothing costs no more than others. Telemetry thread.
 */
import {
  type Beat,
  type Histograms,
  type Live,
  type Moment,
  type OutputState,
  silenceDb,
  staleMs,
  wantBounds,
  type WantedPair,
} from "../dashboard/protocol.ts";
import type { SharedMemory } from "../engine/memory/shared_memory.ts";
import { ChannelMeters } from "./channel_meters.ts";
import { readHistogram, RenderTimeHistogram } from "./histogram_reading.ts";
import { LiveReading, type ThreadMs } from "./live_reading.ts";
import { OutputFollower } from "./output_follower.ts";
import { encodeSamples } from "./sample_message.ts";
import type { TelemetryItem, TelemetryRequest, TelemetryWant } from "./telemetry_messages.ts";

export interface TelemetryOptions {
  readonly memory: SharedMemory;
  /** Of the main isolate. */
  readonly pid: number;
  readonly threadMs: ThreadMs;
  /** Processor ticks in a millisecond; 0: not measured yet. */
  readonly ticksPerMs: () => number;
  readonly unixMs: () => number;
}

/** Time between two looks; shorter while something listens, because its delay is the listener's. */
const pollMs = 1_000 / 30;
const listeningPollMs = 20;

/** Time between two accounts of the renderers. */
const loadMs = 100;

const histogramsMs = 1_000;

/** A stream that is this far behind begins again at the newest frame. */
const maxBehindSeconds = 0.5;

/** What one page gets, and when it is due. */
class Page {
  want: TelemetryWant = {};
  liveDueMs = -Infinity;
  scopeDueMs = -Infinity;
  histogramsDueMs = -Infinity;
  lastMs = -Infinity;
  /** The next frame to listen to. */
  listenFrame: number | undefined;
  lostFrames = 0;
}

export class Telemetry {
  readonly #options: TelemetryOptions;
  readonly #pages = new Map<number, Page>();
  readonly #meters: ChannelMeters;
  readonly #output: OutputFollower;
  readonly #live: LiveReading;
  readonly #renderTimes = new RenderTimeHistogram();
  readonly #blockMs: number;
  /** Calls and frames before this thread began. */
  readonly #calls: number;
  readonly #frames: number;
  #loadDueMs = 0;

  constructor(options: TelemetryOptions) {
    const { memory, threadMs, pid } = options;
    const { blockFrames, sampleRateHz } = memory.geometry;
    this.#options = options;
    this.#meters = new ChannelMeters(memory.geometry);
    this.#output = new OutputFollower(memory, this.#meters, 10 ** (silenceDb / 20));
    this.#live = new LiveReading(memory, threadMs, pid);
    this.#blockMs = blockFrames / sampleRateHz * 1_000;
    this.#calls = memory.counter("callbacks");
    this.#frames = memory.counter("frames");
  }

  /** How soon {@link Telemetry.poll} is to be called again. */
  get pollMs(): number {
    for (const { want } of this.#pages.values()) if (want.listen) return listeningPollMs;
    return pollMs;
  }

  receive(request: TelemetryRequest): void {
    if (request.kind === "leave") return void this.#pages.delete(request.page);
    const page = this.#pages.get(request.page) ?? new Page();
    if (request.kind === "lost") {
      page.lostFrames += request.frames;
      return;
    }
    this.#pages.set(request.page, page);
    const before = page.want;
    page.want = request.want;
    if (!request.want.listen) page.listenFrame = undefined;
    else page.listenFrame ??= this.#output.endFrame;
    if (!before.histograms) page.histogramsDueMs = -Infinity;
  }

  /** What is due for pages now. */
  poll(nowMs: number): TelemetryItem[] {
    this.#output.poll();
    this.#live.poll(nowMs);
    if (nowMs >= this.#loadDueMs) {
      this.#loadDueMs = nowMs + loadMs;
      this.#live.sampleLoads(this.#blockMs, (ms) => this.#renderTimes.record(ms));
    }
    const items = [
      ...this.#texts(
        ({ want: { liveHz }, liveDueMs }) => liveHz !== undefined && isDue(liveDueMs, nowMs),
        (page) => page.liveDueMs = nextDue(page.liveDueMs, nowMs, within("liveHz", page.want.liveHz!)),
        () => this.#liveMessage(nowMs),
      ),
      ...this.#texts(
        ({ want, histogramsDueMs }) => want.histograms === true && isDue(histogramsDueMs, nowMs),
        (page) => page.histogramsDueMs = nextDue(page.histogramsDueMs, nowMs, 1_000 / histogramsMs),
        () => this.#histograms(),
      ),
    ];
    for (const [id, page] of this.#pages) items.push(...this.#samples(id, page, nowMs));
    for (const { pages } of items) pages.forEach((id) => this.#pages.get(id)!.lastMs = nowMs);
    items.push(...this.#texts(
      ({ lastMs }) => nowMs - lastMs >= staleMs / 2,
      (page) => page.lastMs = nowMs,
      () => ({ type: "beat", ...this.#moment() } satisfies Beat),
    ));
    return items;
  }

  /** One text for all pages for which it is due. */
  #texts(
    isDueFor: (page: Page) => boolean,
    onSent: (page: Page) => void,
    make: () => object,
  ): TelemetryItem[] {
    const due = [...this.#pages].filter(([, page]) => isDueFor(page));
    if (due.length === 0) return [];
    due.forEach(([, page]) => onSent(page));
    const data = new TextEncoder().encode(JSON.stringify(make()));
    return [{ pages: due.map(([id]) => id), isText: true, data, listenFrames: 0 }];
  }

  #samples(id: number, page: Page, nowMs: number): TelemetryItem[] {
    const { channels, sampleRateHz } = this.#options.memory.geometry;
    const { scope, listen } = page.want;
    const items: TelemetryItem[] = [];
    const common = { sampleRateHz, lostFrames: page.lostFrames };
    if (scope && isDue(page.scopeDueMs, nowMs)) {
      page.scopeDueMs = nextDue(page.scopeDueMs, nowMs, within("scopeHz", scope.hz));
      const count = Math.round(within("scopeFrames", scope.frames));
      const frames = this.#output.framesFrom(this.#output.endFrame - count);
      if (frames) {
        const pair = pairOf(frames.samples, channels, scope);
        const data = encodeSamples({ ...common, ...frames, ...pair, kind: "scope", format: "f32" });
        items.push({ pages: [id], isText: false, data, listenFrames: 0 });
      }
    }
    if (listen && page.listenFrame !== undefined) {
      const newest = this.#output.endFrame;
      const isBehind = newest - page.listenFrame > maxBehindSeconds * sampleRateHz ||
        newest < page.listenFrame;
      if (isBehind) this.#skip(page, newest);
      const frames = this.#output.framesFrom(page.listenFrame);
      if (frames) {
        if (frames.firstFrame > page.listenFrame) this.#skip(page, frames.firstFrame);
        page.listenFrame = frames.firstFrame + frames.samples.length / channels;
        const data = encodeSamples({
          ...{
            ...common,
            ...frames,
            ...pairOf(frames.samples, channels, listen),
            lostFrames: page.lostFrames,
          },
          ...{ kind: "listen", format: listen.format },
        });
        items.push({ pages: [id], isText: false, data, listenFrames: frames.samples.length / channels });
      }
    }
    return items;
  }

  #skip(page: Page, to: number): void {
    page.lostFrames += Math.max(0, to - page.listenFrame!);
    page.listenFrame = to;
  }

  #liveMessage(nowMs: number): Live {
    const silentSeconds = this.#output.silentSeconds;
    const output: OutputState = {
      isStreaming: this.#live.isStreaming(nowMs),
      isRendered: this.#live.isRendered(),
      ...(silentSeconds !== undefined && { silentSeconds: Math.round(silentSeconds * 10) / 10 }),
      heardRendererId: this.#live.heardRendererId(),
    };
    return {
      type: "live",
      ...this.#moment(),
      output,
      meters: this.#meters.read(),
      renderers: this.#live.renderers(),
      processes: this.#live.processes(nowMs),
      counters: this.#live.counters(),
      callbackLoad: this.#live.callbackLoad(this.#options.ticksPerMs()),
    };
  }

  #histograms(): Histograms {
    const { memory, ticksPerMs } = this.#options;
    const ticks = ticksPerMs();
    const { sampleRateHz } = memory.geometry;
    const calls = memory.counter("callbacks") - this.#calls;
    const frames = memory.counter("frames") - this.#frames;
    return {
      type: "histograms",
      ...this.#moment(),
      blockMs: this.#blockMs,
      periodMs: calls === 0 ? 0 : frames / calls / sampleRateHz * 1_000,
      callbackCost: readHistogram(memory, "durations", ticks),
      callbackInterval: readHistogram(memory, "intervals", ticks),
      renderTime: this.#renderTimes.read(),
    };
  }

  #moment(): Moment {
    return { unixMs: this.#options.unixMs(), frame: this.#output.endFrame };
  }
}

/** Two channels of interleaved frames, all where there are no more; beyond the last channel, the last ones there are. */
function pairOf(
  samples: Float32Array,
  channels: number,
  { firstChannel = 0 }: WantedPair,
): { readonly channels: number; readonly samples: Float32Array } {
  if (channels <= 2) return { channels, samples };
  const first = Math.min(firstChannel, channels - 1);
  const count = Math.min(2, channels - first);
  const pair = new Float32Array(samples.length / channels * count);
  for (let to = 0, from = first; to < pair.length; from += channels) {
    for (let channel = 0; channel < count; channel++) pair[to++] = samples[from + channel];
  }
  return { channels: count, samples: pair };
}

/** A timer that comes a little early counts. */
function isDue(dueMs: number, nowMs: number): boolean {
  return nowMs >= dueMs - 1;
}

/** The next moment of a rate; what was missed is not made up for. */
function nextDue(dueMs: number, nowMs: number, hz: number): number {
  const stepMs = 1_000 / hz;
  return nowMs - dueMs > stepMs ? nowMs + stepMs : dueMs + stepMs;
}

function within(name: keyof typeof wantBounds, value: number): number {
  const { min, max } = wantBounds[name];
  return Math.min(max, Math.max(min, value));
}
