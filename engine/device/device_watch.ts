/**
 * Keeps a device playing: opens the configured one, notices when it stops calling, and lets the clock keep time until it is back, so that
 * the music goes on unheard and is then where it should be.
 *
 * Whoever calls the callback is the only one: a device is detached, and no call of it is inside any more, before the clock starts; and the
 * clock has ended before a device is attached. A device that is opened again first shows, detached, that it calls; the clock plays
 * until then. Main isolate.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { JackError } from "../../ffi/jack.ts";
import { DeviceNotFoundError, PortAudioError } from "../../ffi/portaudio.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import type { RtpStatus } from "../control/control.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { Backoff } from "../../foundation/backoff.ts";
import { outputsText } from "../../foundation/outputs_text.ts";
import { until } from "../../foundation/until.ts";
import { within } from "../../foundation/within.ts";
import { ClockDriver } from "./clock_driver.ts";
import type { DeviceCounts, Driver, DriverKind } from "./driver.ts";
import { DriverError } from "./driver_error.ts";
import { RtpError } from "../rtp/rtp_error.ts";
import { type DriverParts, type OpenDriver, openDriver } from "./open_driver.ts";

/** A device must call back within this after it was opened. */
const firstCallMs = 5_000;

/** A driver without a call for this long, as far as it was watched in time, stands still; or for this many of its periods. */
const silentMs = 600;
const silentPeriods = 4;

/** Most that the time between two polls counts: if the main isolate stood still, so may have the device. */
const maxPollMs = 20;

/** A device that is back takes over after this many calls; the renderers then run ahead as far as its period needs. */
const callsToReturn = 8;

/** A device that may return is waited for this long; then it is closed and opened again. */
const returnMs = 10_000;

/** Longest time for a call that is inside to end, and for everything that a stop waits for. */
const detachMs = 1_000;
const stopMs = 3_000;

/** Delay before the first attempt to open a lost device again, and the longest delay. A server of JACK is asked without probing others. */
const retryMs: Readonly<Record<DriverKind, { firstMs: number; maxMs: number }>> = {
  jack: { firstMs: 100, maxMs: 300 },
  portaudio: { firstMs: 500, maxMs: 8_000 },
  rtp: { firstMs: 500, maxMs: 4_000 },
  clock: { firstMs: 500, maxMs: 8_000 },
};

export interface DeviceWatchOptions extends Pick<DriverParts, "native" | "memory" | "config" | "log"> {
  /** By default what the configuration asks for. */
  readonly openDriver?: OpenDriver;
}

export class DeviceWatch {
  readonly #native: NativeLibrary;
  readonly #memory: SharedMemory;
  readonly #config: Config;
  readonly #log: Log;
  readonly #openDriver: OpenDriver;
  /** The device, attached; while it is lost, the one that may return or that is not closed yet. */
  #device: Driver | undefined;
  /** Plays while the device is lost, and only then. */
  #clock: ClockDriver | undefined;
  /** Opened, and not attached yet. */
  #candidate: Driver | undefined;
  #lastCalls = 0;
  #lastPollMs = 0;
  #silentMs = 0;
  #backoff: Backoff;
  #nextRetryMs = 0;
  #changing: Promise<void> | undefined;
  #lost = false;
  #lostAs: Pick<Driver, "kind" | "connections"> | undefined;
  #callsBefore = 0;
  #returnUntilMs = 0;
  #losses = 0;
  #attempts = 0;
  #lastReason = "";
  #toldWaiting = false;
  #toldUnpatched = "";
  #unheardAtLoss = 0;
  #unheardBefore = 0;
  #lostAtFrames = 0;
  #stopped = false;

  constructor(options: DeviceWatchOptions) {
    this.#native = options.native;
    this.#memory = options.memory;
    this.#config = options.config;
    this.#log = options.log;
    this.#openDriver = options.openDriver ?? openDriver;
    this.#backoff = new Backoff(retryMs.clock);
  }

  get kind(): DriverKind {
    return this.#playing?.waiting ? "clock" : this.#playing?.kind ?? "clock";
  }

  get device(): string {
    return this.#playing?.waiting ? "clock (no sound)" : this.#playing?.device ?? "none";
  }

  get outputLatencySeconds(): number {
    return this.#playing?.outputLatencySeconds ?? 0;
  }

  /** The device is not there, and the clock keeps time until it is. */
  get waiting(): boolean {
    return this.#lost || this.#playing?.waiting === true;
  }

  /** Why nobody hears what plays, with the remedy; undefined: somebody can, or the device is waited for. */
  get unheard(): string | undefined {
    return this.waiting ? undefined : this.#playing?.unheard;
  }

  /** Outputs, from 1 on, that lead nowhere while others are heard; empty: none do, or it is not known. */
  get unpatchedOutputs(): readonly number[] {
    return this.waiting || this.unheard !== undefined ? [] : this.#playing?.unpatchedOutputs ?? [];
  }

  /** Says once which outputs lead nowhere, and when they do no more. For every second or so. */
  reportUnpatched(): void {
    const outputs = this.unpatchedOutputs;
    const text = outputs.length === 0 ? "" : outputsText(outputs, this.#config.outputNames);
    if (text === this.#toldUnpatched || this.waiting || this.unheard !== undefined) return;
    this.#toldUnpatched = text;
    if (text === "") this.#log.info("all outputs are connected");
    else {
      this.#log.warning(
        `${text} of the patch ${
          outputs.length === 1 ? "is" : "are"
        } not heard: the device has no channel for them, or no ` +
          "cable leads there; connect their ports, or set UNDERSTUDY_CHANNELS",
      );
    }
  }

  /** Frames that are taken at once, also by a device that is about to take over; 0: not known yet. */
  get periodFrames(): number {
    return Math.max(this.#playing?.periodFrames ?? 0, this.#candidate?.periodFrames ?? 0);
  }

  get counts(): DeviceCounts {
    const { deviceLosses = 0, deviceAttempts = 0, unheardFrames = 0 } = this.#playing?.counts ?? {};
    return {
      deviceLosses: this.#losses + deviceLosses,
      deviceAttempts: this.#attempts + deviceAttempts,
      unheardFrames: this.#unheardBefore + unheardFrames +
        (this.#clock ? this.#frames() - this.#lostAtFrames : 0),
    };
  }

  /** What became of the packets; undefined where sound is not sent as RTP. */
  get rtp(): RtpStatus | undefined {
    return this.#playing?.rtp;
  }

  /** Session descriptions of the streams that are sent; empty where there are none. */
  get descriptions(): readonly string[] {
    return this.#playing?.descriptions ?? [];
  }

  /** Mean share of a block's period that the callback takes, 0..1. */
  callbackLoad(ticksPerMs: number): number {
    if (ticksPerMs === 0) return 0;
    const { sampleRateHz } = this.#memory.geometry;
    const frames = this.#frames();
    const busyMs = this.#memory.counter("busyTicks") / ticksPerMs;
    return frames === 0 ? 0 : busyMs / (frames / sampleRateHz * 1_000);
  }

  /**
   * Opens the driver and waits for its first call; with `UNDERSTUDY_WAIT_DEVICE` the clock plays where the device is not there. Throws
   * {@link DriverError}, `JackError` or PortAudio's errors.
   */
  async start(): Promise<void> {
    const waits = this.#config.waitDevice && this.#config.driver !== "clock";
    try {
      const device = await this.#open({ needsDevice: waits });
      if (this.#stopped) return void await device.stop();
      this.#device = device;
      device.attach();
      if (device.waiting) {
        this.#toldWaiting = true;
        this.#reportWaiting(device.problem ?? `${device.device} does not answer`);
      }
    } catch (error) {
      if (!waits || this.#stopped || !mayComeLater(error)) throw error;
      this.#backoff = new Backoff(retryMs[this.#config.driver === "jack" ? "jack" : "portaudio"]);
      this.#clock = ClockDriver.start(this.#native, this.#memory);
      this.#lose();
      this.#reportWaiting((error as Error).message);
      this.#waitForRetry();
    }
  }

  /** Polls whether the device still calls; cheap, for every tick. */
  watch(): void {
    const nowMs = performance.now();
    const elapsedMs = Math.min(maxPollMs, nowMs - this.#lastPollMs);
    this.#lastPollMs = nowMs;
    const playing = this.#playing;
    playing?.poll?.();
    if (playing?.keepsItself) this.#followKept(playing);
    if (!playing || playing.keepsItself || this.#changing || this.#stopped) return;
    const { calls } = playing;
    this.#silentMs = calls === this.#lastCalls ? this.#silentMs + elapsedMs : 0;
    this.#lastCalls = calls;
    const standsStill = this.#silentMs > this.#silentLimitMs(playing);
    if (!this.#lost) {
      if (
        playing.kind === "clock"
          ? standsStill && playing instanceof ClockDriver
          : !playing.alive || standsStill
      ) {
        this.#change(() => playing.kind === "clock" ? this.#restartClock() : this.#replaceByClock(playing));
      }
    } else if (standsStill) {
      this.#change(() => this.#restartClock());
    } else if (this.#device?.alive && nowMs < this.#returnUntilMs) {
      const returned = (this.#device.calls - this.#callsBefore) >>> 0;
      if (returned >= callsToReturn) this.#change(() => this.#takeOver(this.#device!));
    } else if (nowMs >= this.#nextRetryMs) {
      this.#change(() => this.#retry());
    }
  }

  /**
   * Detaches and closes everything, in bounded time. Resolves whether no thread can call the callback any more; if not, the memory
   * has to stay, and its guard closed.
   */
  async stop(): Promise<boolean> {
    this.#stopped = true;
    const drivers = () =>
      [this.#device, this.#clock, this.#candidate].filter((driver) => driver !== undefined);
    const closing = (async () => {
      await this.#changing;
      await Promise.all(drivers().map((driver) => driver.stop()));
    })();
    if (await within(closing.then(() => true), stopMs) === undefined) {
      this.#log.error("the sound system does not close the device: it is left behind");
    }
    const left = drivers().filter((driver) => !driver.detach());
    if (left.length === 0) this.#device = this.#clock = this.#candidate = undefined;
    return left.length === 0;
  }

  /** Tells what a driver finds that looks for a lost device itself. */
  #followKept(driver: Driver): void {
    const { waiting = false, problem, counts } = driver;
    if (waiting && !this.#toldWaiting) {
      this.#unheardAtLoss = counts?.unheardFrames ?? 0;
      this.#lastReason = "";
      this.#reportLoss(driver);
    } else if (!waiting && this.#toldWaiting) {
      this.#reportReturn(driver, (counts?.unheardFrames ?? 0) - this.#unheardAtLoss);
    } else if (waiting && problem !== undefined && problem !== this.#lastReason) {
      this.#log.warning(`audio device still missing (${problem}); it is tried again and again`);
      this.#lastReason = problem;
    }
    this.#toldWaiting = waiting;
  }

  #reportWaiting(reason: string): void {
    this.#lastReason = reason;
    this.#log.warning(`waiting for the device, the music goes on by the clock: ${reason}`);
  }

  #reportLoss({ device }: Driver): void {
    this.#log.error(
      `audio device lost: ${device}; no sound, the music goes on by the clock until it is back`,
    );
  }

  #reportReturn({ device }: Driver, unheardFrames: number): void {
    const seconds = unheardFrames / this.#memory.geometry.sampleRateHz;
    this.#log.info(`audio device is back: ${device}; ${seconds.toFixed(1)} s were not heard`);
  }

  get #playing(): Driver | undefined {
    return this.#clock ?? this.#device;
  }

  /** Opens a device and waits until it calls. Throws what opening throws, {@link DriverError} when it does not call. */
  async #open(parts: Pick<DriverParts, "lost" | "needsDevice">): Promise<Driver> {
    const [native, memory, config, log] = [this.#native, this.#memory, this.#config, this.#log];
    const device = await this.#openDriver({ native, memory, config, log, ...parts });
    this.#candidate = device;
    try {
      const first = device.calls;
      const calls = () => ((device.calls - first) >>> 0) >= (this.#lost ? callsToReturn : 1);
      if (
        device.kind === "clock" || await until(() => this.#stopped || calls(), { timeoutMs: firstCallMs })
      ) return device;
      await device.stop();
      throw new DriverError(
        `${device.device} was started but takes no sound; check its sound server, or name another in UNDERSTUDY_DEVICE`,
      );
    } finally {
      this.#candidate = undefined;
    }
  }

  #change(work: () => Promise<void>): void {
    this.#changing = work().catch((error) => this.#log.error(`audio device: ${(error as Error).message}`))
      .finally(() => {
        this.#changing = undefined;
        this.#silentMs = 0;
      });
  }

  #silentLimitMs({ periodFrames }: Driver): number {
    return Math.max(silentMs, silentPeriods * periodFrames / this.#memory.geometry.sampleRateHz * 1_000);
  }

  #lose(): void {
    this.#lost = true;
    this.#attempts = 0;
    this.#lastReason = "";
    this.#lostAtFrames = this.#frames();
  }

  async #replaceByClock(device: Driver): Promise<void> {
    this.#lose();
    this.#lostAs = { kind: device.kind, connections: device.connections };
    this.#backoff = new Backoff(retryMs[device.kind]);
    this.#reportLoss(device);
    if (!await until(() => device.detach(), { timeoutMs: detachMs })) {
      this.#lost = false; // looked at again in a moment: the clock must not call beside it
      throw new DriverError("a call of the lost device does not end; the clock waits for it");
    }
    this.#losses++;
    this.#callsBefore = device.calls;
    this.#returnUntilMs = performance.now() + (device.mayReturn ? returnMs : 0);
    this.#clock = ClockDriver.start(this.#native, this.#memory);
    if (device.mayReturn && device.alive) {
      this.#log.warning("its sound server stands still: the device takes over when it goes on");
    }
    this.#waitForRetry();
  }

  /** Lets a device that calls play in place of the clock. */
  async #takeOver(device: Driver): Promise<void> {
    if (!await this.#clock!.stop()) {
      throw new DriverError("the clock thread does not end: the device waits for it");
    }
    this.#clock = undefined;
    this.#device = device;
    const unheardFrames = this.#frames() - this.#lostAtFrames;
    this.#unheardBefore += unheardFrames;
    this.#lost = false;
    this.#attempts = 0;
    device.attach();
    this.#lastCalls = device.calls;
    this.#reportReturn(device, unheardFrames);
  }

  async #restartClock(): Promise<void> {
    const clock = this.#playing as ClockDriver;
    this.#log.error("the clock thread stands still: it is started again");
    if (!await clock.stop()) throw new DriverError("the clock thread does not end");
    const { periodFrames, unheard } = clock;
    const next = ClockDriver.start(this.#native, this.#memory, { periodFrames, unheard });
    if (this.#lost) this.#clock = next;
    else this.#device = next;
  }

  async #retry(): Promise<void> {
    this.#attempts++;
    try {
      if (this.#device) {
        if (!await this.#device.stop()) throw new DriverError("the sound system has not closed it yet");
        this.#device = undefined;
      }
      const device = await this.#open({ lost: this.#lostAs, needsDevice: true });
      if (this.#stopped) return void await device.stop();
      await this.#takeOver(device);
    } catch (error) {
      const delayMs = this.#backoff.increase();
      this.#waitForRetry();
      const reason = (error as Error).message;
      const text = `audio device still missing (${reason}); next try in ${delayMs} ms`;
      if (reason === this.#lastReason) this.#log.debug(text);
      else this.#log.warning(text);
      this.#lastReason = reason;
    }
  }

  #waitForRetry(): void {
    this.#nextRetryMs = performance.now() + this.#backoff.delayMs;
  }

  #frames(): number {
    return this.#memory.counter("frames");
  }
}

/** Whether a device may be there later that is not there now. */
function mayComeLater(error: unknown): boolean {
  return error instanceof JackError || error instanceof DeviceNotFoundError ||
    error instanceof PortAudioError || error instanceof DriverError || error instanceof RtpError;
}
