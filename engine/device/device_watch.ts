/**
 * Keeps a driver running: opens the configured device, notices when it stops calling, and lets the clock keep time until it
 * is back, so that the music goes on unheard and is then where it should be.
 *
 * Most devices are closed when they are lost, and opened again. One that cannot be closed without harm (`stopsWhenLost`) is
 * kept aside: if it calls again, its server had only stood still, and it takes over from the clock; if not, the clock stays
 * until the engine is restarted, and the log says so. Main isolate.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import { fixed } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { Backoff } from "../../foundation/backoff.ts";
import { until } from "../../foundation/until.ts";
import { within } from "../../foundation/within.ts";
import { ClockDriver } from "./clock_driver.ts";
import type { Driver } from "./driver.ts";
import { DriverError } from "./driver_error.ts";
import { type DriverParts, type OpenDriver, openDriver } from "./open_driver.ts";

/** A device must call back within this after it was started. */
const firstCallMs = 5_000;

/** A device without a call for this long, as far as it was watched in time, is gone. */
const silentDeviceMs = 600;

/** Most that the time between two polls counts: if the main isolate stood still, so may have the device. */
const maxPollMs = 20;

/** A lost device must close within this; otherwise only the clock is left. */
const closeMs = 500;

/** A device that was kept aside is back after this many calls. */
const callsToReturn = 16;

/** Delay before the first attempt to open a lost device again, and the longest delay. */
const retryMs = { firstMs: 500, maxMs: 8_000 };

export interface DeviceWatchOptions extends DriverParts {
  /** By default what the configuration asks for. */
  readonly openDriver?: OpenDriver;
}

export class DeviceWatch {
  readonly #parts: DriverParts;
  readonly #native: NativeLibrary;
  readonly #memory: SharedMemory;
  readonly #config: Config;
  readonly #log: Log;
  readonly #openDriver: OpenDriver;
  #driver: Driver | undefined;
  #lastCalls = 0;
  #lastPollMs = 0;
  #silentMs = 0;
  readonly #backoff = new Backoff(retryMs);
  #nextRetryMs = 0;
  #changing: Promise<void> | undefined;
  #lost = false;
  #mayRetry = true;
  /** Lost, and kept aside because it cannot be closed. */
  #away: Driver | undefined;
  #callsBefore = 0;
  #stopped = false;

  constructor(options: DeviceWatchOptions) {
    const { native, memory, config, log } = options;
    this.#parts = { native, memory, config, log };
    this.#native = options.native;
    this.#memory = options.memory;
    this.#config = options.config;
    this.#log = options.log;
    this.#openDriver = options.openDriver ?? openDriver;
  }

  get kind(): Driver["kind"] {
    return this.#driver?.kind ?? "clock";
  }

  get device(): string {
    return this.#driver?.device ?? "none";
  }

  /** Whether a client of JACK is open, also one that was lost and kept aside. */
  get usesJack(): boolean {
    return this.#away?.usesJack ?? this.#driver?.usesJack ?? false;
  }

  get outputLatencySeconds(): number {
    return this.#driver?.outputLatencySeconds ?? 0;
  }

  /** The device was lost, and the clock keeps time until it is back. */
  get waiting(): boolean {
    return this.#lost;
  }

  /** Mean share of a block's period that the callback takes, 0..1. */
  callbackLoad(ticksPerMs: number): number {
    if (ticksPerMs === 0) return 0;
    const { sampleRateHz } = this.#memory.geometry;
    const frames = this.#memory.counter("frames");
    const busyMs = this.#memory.counter("busyTicks") / ticksPerMs;
    return frames === 0 ? 0 : busyMs / (frames / sampleRateHz * 1_000);
  }

  /** Opens the driver and waits for its first call. Throws {@link DriverError} or PortAudio's errors. */
  async start(): Promise<void> {
    this.#driver = await this.#openDriver(this.#parts);
    if (!await until(() => this.#calls() > 0, { timeoutMs: firstCallMs })) {
      throw new DriverError(
        `${this.device} was started but takes no sound; check its sound server, or name another in UNDERSTUDY_DEVICE`,
      );
    }
  }

  /** Polls whether the device still calls; cheap, for every tick. */
  watch(): void {
    const nowMs = performance.now();
    const elapsedMs = Math.min(maxPollMs, nowMs - this.#lastPollMs);
    this.#lastPollMs = nowMs;
    if (!this.#driver || this.#changing || this.#stopped) return;
    this.#driver.poll?.();
    const calls = this.#calls();
    this.#silentMs = calls === this.#lastCalls && calls > 0 ? this.#silentMs + elapsedMs : 0;
    this.#lastCalls = calls;
    if (
      !this.#lost && this.#driver.kind === "portaudio" &&
      (!this.#driver.alive || this.#silentMs > silentDeviceMs)
    ) {
      this.#change(() => this.#replaceByClock());
    } else if (this.#away && this.#callsWhileAway() - this.#callsBefore >= callsToReturn) {
      this.#change(() => this.#takeBack(this.#away!));
    } else if (this.#lost && this.#mayRetry && nowMs >= this.#nextRetryMs) {
      this.#change(() => this.#retry());
    }
  }

  /** A device that is aside stays open: closing it can hang or end the process. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#changing;
    await this.#driver?.stop();
    this.#driver = undefined;
  }

  #change(work: () => Promise<void>): void {
    this.#changing = work().catch((error) => this.#log.error(`audio device: ${(error as Error).message}`))
      .finally(() => {
        this.#changing = undefined;
        this.#silentMs = 0;
      });
  }

  async #replaceByClock(): Promise<void> {
    const device = this.device;
    this.#lost = true;
    this.#log.error(
      `audio device lost: ${device}; no sound, the music goes on by the clock until it is back`,
    );
    if (!this.#driver!.stopsWhenLost) return this.#setAside(this.#driver!);
    this.#mayRetry = await within(this.#driver!.stop().then(() => true), closeMs) ?? false;
    this.#driver = ClockDriver.start(this.#native, this.#memory);
    this.#backoff.reset();
    this.#nextRetryMs = performance.now() + this.#backoff.delayMs;
    if (!this.#mayRetry) {
      this.#log.error("the sound system does not close the device: restart the engine when it is back");
    }
  }

  #setAside(device: Driver): void {
    this.#mayRetry = false;
    this.#away = device;
    this.#callsBefore = this.#callsWhileAway();
    Atomics.store(this.#memory.words, fixed.control.deviceAway.index, 1);
    // a call that it has begun ends before the clock begins
    const base = sharedMemoryPointer(this.#native, this.#memory.bytes);
    this.#native.symbols.us_guard_set(base, 1);
    this.#native.symbols.us_guard_set(base, 0);
    this.#driver = ClockDriver.start(this.#native, this.#memory);
    this.#log.error(
      "its sound server hangs or has ended: if it ended, start it and restart the engine",
    );
  }

  async #takeBack(device: Driver): Promise<void> {
    await this.#driver!.stop();
    this.#driver = device;
    this.#away = undefined;
    this.#lost = false;
    Atomics.store(this.#memory.words, fixed.control.deviceAway.index, 0);
    this.#log.info(`audio device is back: ${this.device}`);
  }

  #callsWhileAway(): number {
    return Atomics.load(this.#memory.words, fixed.callback.callsWhileAway.index);
  }

  async #retry(): Promise<void> {
    const clock = this.#driver!;
    await clock.stop();
    try {
      this.#driver = await this.#openDriver({
        ...this.#parts,
        config: { ...this.#config, driver: "portaudio" },
      });
      this.#lost = false;
      this.#log.info(`audio device is back: ${this.device}`);
    } catch (error) {
      this.#driver = ClockDriver.start(this.#native, this.#memory);
      const delayMs = this.#backoff.increase();
      this.#nextRetryMs = performance.now() + delayMs;
      this.#log.warning(
        `audio device still missing (${(error as Error).message}); next try in ${delayMs} ms`,
      );
    }
  }

  #calls(): number {
    return this.#memory.words[fixed.counters.callbacks.byte / 4];
  }
}
