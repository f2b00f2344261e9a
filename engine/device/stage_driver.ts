/**
 * The stage: a process in C that calls the callback, and does nothing else. It outlives this process, and a new control process
 * finds it playing. One that is lost, or stands still, is replaced; the frames that passed meanwhile are counted. Main isolate.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { JackError, jackOpenError } from "../../ffi/jack.ts";
import { ProcessHandle } from "../../ffi/process_handle.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { Backoff } from "../../foundation/backoff.ts";
import type { Log } from "../../foundation/logging.ts";
import { until } from "../../foundation/until.ts";
import type { Config } from "../../config/settings.ts";
import { stageNameBytes } from "../memory/constants.ts";
import { fixed, StageDriver as Calls } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { EngineProcesses } from "../run/engine_processes.ts";
import { clockPriority } from "./clock_driver.ts";
import { unconnected } from "./jack_driver.ts";
import type { DeviceCounts, Driver, DriverKind } from "./driver.ts";
import { DriverError } from "./driver_error.ts";

export interface StageDriverOptions {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  readonly log: Log;
  readonly config: Pick<Config, "driver" | "hostApi" | "device" | "inputDevice" | "jackName" | "waitDevice">;
  readonly processes: EngineProcesses;
}

/** A stage carries out its first order within this, and ends within this when it is told to. */
const obeyMs = 2_000;

/** A stage whose main thread makes no round for this long, as far as it was watched in time, stands still: it is ended. */
const stillMs = 1_000;

/** Most that the time between two polls counts: if this process stood still, so may have the stage. */
const maxPollMs = 20;

/** A stage that was started has said who it is within this. */
const takePlaceMs = 250;

/** Delay before a stage is started again that was lost soon after its start. */
const restartMs = { firstMs: 20, maxMs: 2_000 };

/** A stage that lived this long was not lost because of its start. */
const soundLifeMs = 5_000;

const orders = fixed.stageOrders;
const report = fixed.stageReport;

export class StageDriver implements Driver {
  readonly kind: DriverKind;
  readonly mayReturn = false;
  readonly device: string;
  readonly keepsItself = true;
  readonly #options: StageDriverOptions;
  readonly #sequence: Deno.PointerObject;
  readonly #backoff = new Backoff(restartMs);
  #process: ProcessHandle | undefined;
  #pid = 0;
  /** Stages ever started, as of the last look at another one than ours. */
  #starts = 0;
  #heartbeat = 0;
  #stillMs = 0;
  #lastPollMs = performance.now();
  #startedMs = 0;
  #restartMs = 0;
  #running = true;

  private constructor(options: StageDriverOptions) {
    const { config, memory, native } = options;
    this.#options = options;
    this.kind = config.driver === "clock" ? "clock" : "jack";
    this.device = this.kind === "clock"
      ? "clock (no sound), in a process of its own"
      : `JACK: ${config.device ?? config.jackName}, in a process of its own`;
    const base = sharedMemoryPointer(native, memory.bytes);
    this.#sequence = Deno.UnsafePointer.offset(base, orders.sequence.byte)!;
  }

  /** Takes over the stage that plays already, or starts one. Throws {@link DriverError} or `JackError`. */
  static async start(options: StageDriverOptions): Promise<StageDriver> {
    const { native, config } = options;
    if (config.driver === "rtp") {
      throw new DriverError(
        "RTP is sent by a thread of the engine's process: set UNDERSTUDY_ISOLATION=threads",
      );
    }
    if (config.driver === "portaudio" || (config.hostApi !== undefined && !/jack/i.test(config.hostApi))) {
      throw new DriverError(
        "in processes of their own, Understudy plays through JACK, PipeWire's JACK or the clock: set UNDERSTUDY_DRIVER=jack, " +
          "or UNDERSTUDY_ISOLATION=threads for other devices",
      );
    }
    const stage = new StageDriver(options);
    stage.#process = ProcessHandle.open(native, stage.#report("pid"), stage.#report("processStart"));
    stage.#pid = stage.#report("pid");
    if (stage.#order("driver") === stage.#calls && stage.#process?.ended === false) return stage;
    stage.#writeOrders();
    stage.#spawn();
    stage.#send();
    const hasEnded = () => stage.#process!.ended && !stage.#isReplaced(performance.now());
    await until(() => stage.#hasObeyed() || hasEnded(), { timeoutMs: obeyMs });
    const error = stage.#report("error");
    if (stage.#hasObeyed() && error === 0) return stage;
    await stage.stop();
    if (stage.#hasObeyed() && stage.kind === "jack") throw stage.#refusal(error);
    throw new DriverError(
      `the stage process did not start (errno ${error}); run \`understudy doctor\`, ` +
        "or set UNDERSTUDY_ISOLATION=threads",
    );
  }

  /** All calls of the callback: while the stage plays, no other calls it. */
  get calls(): number {
    return this.#options.memory.words[fixed.counters.callbacks.byte / 4];
  }

  get periodFrames(): number {
    return this.kind === "clock" || this.waiting ? this.#order("periodFrames") : this.#report("periodFrames");
  }

  get outputLatencySeconds(): number {
    return this.#report("latencyFrames") / this.#options.memory.geometry.sampleRateHz;
  }

  /** The stage looks for the device that it has lost; its clock keeps time meanwhile. */
  get waiting(): boolean {
    return this.kind === "jack" && this.#report("deviceLost") === 1;
  }

  get problem(): string | undefined {
    const problem = this.#report("deviceProblem");
    return this.waiting && problem !== 0 ? this.#jackError(problem).message : undefined;
  }

  get unheard(): string | undefined {
    const isUnconnected = this.kind === "jack" && !this.waiting && this.#report("unconnected") === 1;
    return isUnconnected ? unconnected(this.#options.config.jackName) : undefined;
  }

  get unpatchedOutputs(): readonly number[] {
    if (this.kind !== "jack" || this.waiting) return [];
    const { memory: { words, geometry: { channels } } } = this.#options;
    const isUnpatched = (output: number) =>
      (Atomics.load(words, report.unpatchedOutputs.index + (output >> 5)) >>> (output & 31)) & 1;
    return Array.from({ length: channels }, (_, output) => output).filter(isUnpatched).map((output) =>
      output + 1
    );
  }

  get counts(): DeviceCounts {
    return {
      deviceLosses: this.#report("deviceLosses"),
      deviceAttempts: this.#report("deviceAttempts"),
      unheardFrames: Number(Atomics.load(this.#options.memory.wide, report.unheardFrames.index)),
    };
  }

  /** It plays from its start, and until it is stopped. */
  attach(): void {}

  detach(): boolean {
    return this.#process === undefined || this.#process.ended;
  }

  get alive(): boolean {
    return this.#running;
  }

  poll(): void {
    const nowMs = performance.now();
    const elapsedMs = Math.min(maxPollMs, nowMs - this.#lastPollMs);
    this.#lastPollMs = nowMs;
    if (!this.#running) return;
    if (this.#process && !this.#process.ended) {
      const heartbeat = this.#report("heartbeat");
      this.#stillMs = heartbeat === this.#heartbeat ? this.#stillMs + elapsedMs : 0;
      this.#heartbeat = heartbeat;
      if (this.#stillMs > stillMs) this.#process.signal("SIGKILL");
      return;
    }
    if (this.#isReplaced(nowMs)) return;
    const lived = nowMs - this.#startedMs > soundLifeMs;
    if (lived) this.#backoff.reset();
    this.#spawn();
    this.#options.log.error("the stage process was lost: another one plays on");
    this.#restartMs = nowMs + this.#backoff.delayMs;
    this.#backoff.increase();
  }

  /** Whether the launcher has started another one meanwhile, which plays, or it is not time yet to start one. */
  #isReplaced(nowMs: number): boolean {
    if (nowMs < this.#restartMs) return true;
    const [starts, pid] = [this.#report("starts"), this.#report("pid")];
    if (pid === this.#pid || starts === this.#starts) return false;
    const found = ProcessHandle.open(this.#options.native, pid, this.#report("processStart"));
    if (found && !found.ended) {
      this.#process?.close();
      this.#process = found;
      this.#pid = pid;
      this.#startedMs = nowMs;
      return true;
    }
    found?.close();
    this.#starts = starts;
    this.#restartMs = nowMs + takePlaceMs;
    return true;
  }

  async stop(): Promise<boolean> {
    if (!this.#running) return this.detach();
    this.#running = false;
    this.#options.memory.words[orders.driver.index] = Calls.none;
    this.#send();
    const ended = () => this.#process === undefined || this.#process.ended;
    if (await until(ended, { timeoutMs: obeyMs })) return true;
    this.#process?.signal("SIGKILL");
    return await until(ended, { timeoutMs: obeyMs });
  }

  get #calls(): number {
    return this.kind === "clock" ? Calls.clock : Calls.jack;
  }

  #writeOrders(): void {
    const { native: { symbols }, memory: { words, bytes, geometry }, config } = this.#options;
    words[orders.driver.index] = this.#calls;
    words[orders.periodFrames.index] = geometry.blockFrames;
    words[orders.mayWait.index] = config.waitDevice ? 1 : 0;
    words[orders.priority.index] = symbols.us_highest_priority(clockPriority) || clockPriority;
    const names = {
      clientName: config.jackName,
      device: config.device ?? "",
      inputDevice: config.inputDevice ?? config.device ?? "",
    };
    for (const [name, text] of Object.entries(names)) {
      const room = bytes.subarray(orders[name as keyof typeof names].byte).subarray(0, stageNameBytes);
      room.fill(0).set(new TextEncoder().encode(text).subarray(0, stageNameBytes - 1));
    }
  }

  #jackError(problem: number): JackError {
    const { config, memory: { geometry: { sampleRateHz } } } = this.#options;
    return jackOpenError(problem, { ...config, sampleRateHz }, this.#report("serverRateHz"));
  }

  /** Why the start ends here. Threads would go on to another device, or to the clock: the stage has neither. */
  #refusal(problem: number): JackError {
    const error = this.#jackError(problem);
    if (!["library", "server", "device"].includes(error.problem)) return error;
    const others = this.#options.config.driver === "auto"
      ? "; in processes of their own, Understudy plays through JACK, PipeWire's JACK or the clock: UNDERSTUDY_ISOLATION=threads " +
        "plays on other devices"
      : "";
    return new JackError(
      error.problem,
      `${error.text}${others}; UNDERSTUDY_WAIT_DEVICE=on waits for the device`,
    );
  }

  #spawn(): void {
    const { native, processes: { stage, folder } } = this.#options;
    const child = new Deno.Command(stage, {
      args: ["play", folder.path, String(this.#report("starts"))],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    child.unref();
    child.status.catch(() => {});
    this.#process?.close();
    this.#process = ProcessHandle.open(native, child.pid);
    this.#pid = child.pid;
    this.#stillMs = 0;
    this.#startedMs = performance.now();
  }

  /** Lets the stage see the orders that were written. */
  #send(): void {
    Atomics.add(this.#options.memory.words, orders.sequence.index, 1);
    this.#options.native.symbols.us_wake_word(this.#sequence);
  }

  #hasObeyed(): boolean {
    return this.#report("sequence") === this.#order("sequence");
  }

  #order(name: keyof typeof orders): number {
    return Atomics.load(this.#options.memory.words, orders[name].index);
  }

  #report(
    name: Exclude<keyof typeof report, "lostFrames" | "calibrationTicks" | "calibrationNs" | "unheardFrames">,
  ): number {
    return Atomics.load(this.#options.memory.words, report[name].index);
  }
}
