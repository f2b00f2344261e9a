/**
 * Decides how many voices may sound, so that an overload costs voices and not the sound of all. Pure policy over observations;
 * the engine writes its decision into the log, where every renderer and every later render finds it. Main isolate.
 *
 * An overload is not lateness alone: renderers that wait for a processor are late as well, and fewer voices would not help
 * them. Every renderer in lockstep must be behind the device; and the processor time that a block costs, which does not grow by
 * waiting, must be more than a core or the machine can give, or they had most of the machine and came no nearer to the device.
 *
 * Voices come back by themselves, a quarter at a time, after a while of calm and when the measured cost leaves room; an
 * overload soon after that doubles the wait.
 */
import { blocksBetween } from "../memory/shared_memory.ts";

/** A renderer in lockstep, as the system and its seat show it. */
export interface RendererLoad {
  /** Kernel id of its thread: another one begins a new account. */
  readonly threadId: number;
  /** Processor time that the thread has had; undefined where the system keeps no account. */
  readonly processorMs: number | undefined;
  /** Next block that it will publish. */
  readonly published: number;
}

export interface LoadSeen {
  readonly consumed: number;
  readonly renderers: readonly RendererLoad[];
  /** Voices that sound in one renderer. */
  readonly voices: number;
}

/** A new limit. */
export interface ShedDecision {
  /** Voices that may sound; 0: all. */
  readonly limit: number;
  /** Voices that sounded when it was decided. */
  readonly voices: number;
  /** `admission`: another patch, which may have so many here. */
  readonly reason: "overload" | "room" | "admission";
}

export interface LoadSheddingOptions {
  readonly blockMs: number;
  /** Processors of the machine. */
  readonly processors: number;
}

/** More time between two samples while no voice sounds. */
const restMs = 900;

/** Time between two samples, and of the calm before voices come back. */
const sampleMs = 100;
const calmMs = 3_000;
const maxCalmMs = 60_000;

/** An overload within this after voices came back shows that they came back too early. */
const tooEarlyMs = 10_000;

/** Time in which fewer voices have their effect, before the next judgement. */
const settleMs = 300;
const maxSettleMs = 2_000;

/** Blocks that a sample must hold at least, in number or in processor time: a single one says little. */
const minBlocks = 4;

/** Samples in a row in which all are late: with blocks that cost too much; with most of the machine used, and no end in sight. */
const lateSamples = 2;
const stuckSamples = 5;

/** Part of the processors that they can use, above which they had them. */
const maxUsed = 0.6;

/**
 * Share of a core, or of the machine, above which lateness is an overload; that shedding aims at, with room
 * for renderers to catch up and for joiners to replay; and that may be filled again.
 */
const overload = 0.8;
const target = 0.5;
const maxRefilled = 0.7;

/** Part of the voices that is kept at once, at least and at most. */
const minKept = 0.2;
const maxKept = 0.7;

/** Factor by which the limit grows when voices come back. */
const growth = 1.25;

interface Account {
  readonly processorMs: number;
  readonly published: number;
}

export class LoadShedding {
  readonly #options: LoadSheddingOptions;
  #accounts = new Map<number, Account>();
  #cap = 0;
  #limit = 0;
  /** Voices that sounded at the last sample, and when the first were shed. */
  #voices = 0;
  #before = 0;
  #nextMs = 0;
  #late = 0;
  /** Samples in which all were late, and blocks behind, when the renderers began to have the machine. */
  #stuckSince: { readonly late: number; readonly lag: number } | undefined;
  /** Until then fewer voices may take to have their effect. */
  #effectByMs = 0;
  /** Processor time of all renderers at the last sample, and the part of what they can use that they had since the one before. */
  #totals = new Map<number, number>();
  #sampledMs = 0;
  #used = 0;
  /** Share of a core that each renderer needs at the last sample. */
  #loads: readonly number[] = [];
  #calmSinceMs: number | undefined;
  #calmMs = calmMs;
  #raisedMs = -Infinity;

  constructor(options: LoadSheddingOptions) {
    this.#options = options;
  }

  /** Voices that may sound; 0: all. */
  get limit(): number {
    return this.#limit;
  }

  /** Voices that the patch may ever have here; 0: all. Returns the limit to write, where it changes. */
  admit(cap: number): ShedDecision | undefined {
    this.#cap = cap;
    return this.#limitTo(cap, this.#voices, "admission");
  }

  /** The limit in the renderers was lost; the next decision writes it again. */
  forget(): void {
    this.#limit = 0;
  }

  /**
   * Judges a turn of the main isolate; cheap between two samples. The decision must be written into the log.
   *
   * @param isSounding a voice sounds, or it is not known: without one there is nothing to shed, and samples are rare
   */
  observe(seen: () => LoadSeen, nowMs: number, isSounding = true): ShedDecision | undefined {
    const rests = !isSounding && this.#late === 0 && this.#limit === this.#cap;
    if (nowMs < this.#nextMs + (rests ? restMs : 0)) return undefined;
    this.#nextMs = nowMs + sampleMs;
    return this.#judge(seen(), nowMs);
  }

  #judge({ renderers, consumed, voices }: LoadSeen, nowMs: number): ShedDecision | undefined {
    const late = renderers.filter(({ published }) => blocksBetween(published, consumed) <= 0).length;
    const allLate = late > 0 && late === renderers.length;
    this.#voices = voices;
    if (this.#limit !== 0 && voices > this.#limit && nowMs < this.#effectByMs) {
      this.#accounts.clear(); // blocks before the limit has its effect cost what they did
      this.#late = 0;
      return undefined;
    }
    this.#late = allLate ? this.#late + 1 : 0;
    this.#measure(renderers);
    this.#measureUse(renderers, nowMs);
    const isOverload = this.#late >= lateSamples && this.#share > overload;
    const lag = Math.min(...renderers.map(({ published }) => blocksBetween(consumed, published)));
    if ((isOverload || this.#isStuck(lag)) && voices > 0) return this.#shed(voices, nowMs);
    if (late > 0 || renderers.length === 0) this.#calmSinceMs = undefined;
    else this.#calmSinceMs ??= nowMs;
    return this.#limit === this.#cap ? undefined : this.#letBack(voices, nowMs);
  }

  /** Whether the renderers had the machine and are no nearer to the device than some samples ago. */
  #isStuck(lag: number): boolean {
    if (this.#late === 0 || this.#used < maxUsed) this.#stuckSince = undefined;
    else this.#stuckSince ??= { late: this.#late, lag };
    const since = this.#stuckSince;
    if (since === undefined || this.#late - since.late < stuckSamples) return false;
    this.#stuckSince = undefined;
    return lag >= since.lag;
  }

  /** Cost of a block in each renderer, over as many samples as it takes. */
  #measure(renderers: readonly RendererLoad[]): void {
    const { blockMs } = this.#options;
    const accounts = new Map<number, Account>();
    const loads: number[] = [];
    for (const { threadId, processorMs, published } of renderers) {
      if (processorMs === undefined) continue;
      const account = this.#accounts.get(threadId);
      accounts.set(threadId, account ?? { processorMs, published });
      if (!account) continue;
      const blocks = blocksBetween(published, account.published);
      const spentMs = processorMs - account.processorMs;
      if (blocks < minBlocks && spentMs < minBlocks * blockMs) continue;
      loads.push(spentMs / (Math.max(1, blocks) * blockMs));
      accounts.set(threadId, { processorMs, published });
    }
    this.#accounts = accounts;
    if (loads.length > 0) this.#loads = loads;
  }

  #measureUse(renderers: readonly RendererLoad[], nowMs: number): void {
    let spentMs = 0;
    const totals = new Map<number, number>();
    for (const { threadId, processorMs } of renderers) {
      if (processorMs === undefined) continue;
      spentMs += processorMs - (this.#totals.get(threadId) ?? processorMs);
      totals.set(threadId, processorMs);
    }
    const usable = Math.min(renderers.length, this.#options.processors);
    this.#used = usable === 0 ? 0 : spentMs / ((nowMs - this.#sampledMs) * usable);
    this.#totals = totals;
    this.#sampledMs = nowMs;
  }

  /** Share of what they can have that the renderers need: of a core each, of the machine together. */
  get #share(): number {
    const { processors } = this.#options;
    const sum = this.#loads.reduce((total, load) => total + load, 0);
    return Math.max(sum / processors, ...this.#loads);
  }

  #shed(voices: number, nowMs: number): ShedDecision | undefined {
    const kept = Math.min(maxKept, Math.max(minKept, target / this.#share));
    const limit = Math.max(1, Math.min(Math.floor(voices * kept), this.#limit || Infinity));
    if (this.#limit === this.#cap) this.#before = voices;
    if (nowMs - this.#raisedMs < tooEarlyMs) this.#calmMs = Math.min(maxCalmMs, this.#calmMs * 2);
    this.#late = 0;
    this.#nextMs = nowMs + settleMs;
    this.#effectByMs = nowMs + maxSettleMs;
    this.#calmSinceMs = undefined;
    this.#accounts.clear();
    return this.#limitTo(limit, voices, "overload");
  }

  #letBack(voices: number, nowMs: number): ShedDecision | undefined {
    if (this.#calmSinceMs === undefined || nowMs - this.#calmSinceMs < this.#calmMs) return undefined;
    const next = Math.max(this.#limit + 1, Math.ceil(this.#limit * growth));
    if (this.#share * Math.max(1, next / Math.max(1, voices)) > maxRefilled && voices > 0) return undefined;
    this.#calmSinceMs = nowMs;
    if (voices > 0) this.#raisedMs = nowMs;
    else this.#calmMs = calmMs;
    const isLast = voices === 0 || next >= this.#before || (this.#cap > 0 && next >= this.#cap);
    return this.#limitTo(isLast ? this.#cap : next, voices, "room");
  }

  #limitTo(limit: number, voices: number, reason: ShedDecision["reason"]): ShedDecision | undefined {
    const bounded = this.#cap > 0 && (limit === 0 || limit > this.#cap) ? this.#cap : limit;
    if (bounded === this.#limit) return undefined;
    this.#limit = bounded;
    return { limit: bounded, voices, reason };
  }
}
