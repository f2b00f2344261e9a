import { type Config, readConfig } from "../../config/settings.ts";
import { Engine, type EngineOptions } from "../../engine/engine.ts";
import { blocksBetween } from "../../engine/memory/shared_memory.ts";
import type { Log } from "../../foundation/logging.ts";
import type { SupervisionEvent } from "../../engine/supervisor/supervision.ts";
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { tallyPatch } from "../patch/tally_patch.ts";
import { until } from "../until.ts";
import { ManualClock } from "./manual_clock.ts";
import { ManualDriver } from "./manual_driver.ts";
import { nativeForTests } from "../native_for_tests.ts";

let running: TestEngine | undefined;

// one that the last test of a file has left, because it failed
Deno.test.afterAll(() => running?.stop());

/** A running engine, with what it said. */
export interface TestEngine {
  readonly engine: Engine;
  readonly patch: CompiledPatch;
  readonly events: readonly SupervisionEvent[];
  readonly lines: readonly string[];
  /** Waits until every role is filled; a stepped engine plays meanwhile. */
  lockstep(): Promise<void>;
  /** Waits until the device has taken this number of blocks; a stepped device takes them now. */
  blocksPass(blocks: number): Promise<void>;
  /** The same for a time of sound, rounded up to whole blocks. */
  secondsPass(seconds: number): Promise<void>;
  /** Stops the engine with its fade at the end. Safe to repeat. */
  stop(): Promise<void>;
}

/** A running engine whose device and clocks move only when the test says so. */
export interface SteppedEngine extends TestEngine {
  readonly driver: ManualDriver;
  readonly clock: ManualClock;
  /** Lets the device take blocks until the condition holds. */
  playUntil(condition: string, holds: () => boolean): Promise<void>;
  /** Lets the device take blocks until the work is done, which may have to wait for the sound. */
  playDuring<T>(work: Promise<T>): Promise<T>;
  /** Lets the device take blocks until it has taken everything that was submitted. */
  settled(): Promise<void>;
}

export interface TestEngineOptions extends
  Partial<
    Pick<
      EngineOptions,
      | "startBlock"
      | "startLogPosition"
      | "captureFrames"
      | "clocks"
      | "continuation"
      | "maxVoices"
      | "sessionFiles"
      | "shows"
    >
  > {
  readonly environment?: Readonly<Record<string, string>>;
  readonly patch?: (format: PatchFormat) => CompiledPatch | Promise<CompiledPatch>;
}

/** Starts an engine in this process whose device and clocks the test moves: faults allowed, playing the tally patch. */
export function startTestEngine(
  options: TestEngineOptions & { readonly driver: "manual" },
): Promise<SteppedEngine>;
/** Starts an engine in this process by the clock driver: faults allowed, playing the tally patch. */
export function startTestEngine(options?: TestEngineOptions): Promise<TestEngine>;
/** The options say which. */
export async function startTestEngine(
  options: TestEngineOptions & { readonly driver?: "manual" } = {},
): Promise<TestEngine> {
  await running?.stop(); // one that a failed test has left
  const config: Config = readConfig({
    UNDERSTUDY_DRIVER: "clock",
    UNDERSTUDY_FAULTS: "on",
    ...options.environment,
  });
  const { native, build } = await nativeForTests();
  const { sampleRateHz, channels, inputChannels, blockFrames } = config;
  const patch = await (options.patch ?? tallyPatch)({
    sampleRateHz,
    channels,
    inputChannels,
    maximumBlockFrames: blockFrames,
  });
  const events: SupervisionEvent[] = [];
  const lines: string[] = [];
  const keep = (message: string) => void lines.push(message);
  const log: Log = { debug: keep, info: keep, warning: keep, error: keep };
  const clock = new ManualClock();
  let driver: ManualDriver | undefined;
  const manual: Pick<EngineOptions, "openDriver" | "clocks"> = {
    openDriver: ({ native, memory }) => Promise.resolve(driver = ManualDriver.open(native, memory, clock)),
    clocks: clock,
  };
  const engine = await Engine.start({
    ...options,
    ...(options.driver === "manual" ? manual : {}),
    config,
    patch,
    native,
    nativeLibrary: build.library,
    log,
    version: "test",
    onEvent: (event) => events.push(event),
  }).catch((cause: Error) => {
    // its message sends the reader to a log that is kept here
    console.error(lines.join("\n"));
    throw cause;
  });
  const started = { engine, patch, events, lines };
  return running = driver === undefined ? onClock(started) : stepped({ ...started, driver, clock });
}

const everyRoleIsFilled = (engine: Engine) =>
  Object.values(engine.status().rendererIds).every((id) => id !== 0);

type Started = Pick<TestEngine, "engine" | "patch" | "events" | "lines">;

/** Whole blocks that hold a time of sound. */
function blocksIn({ memory }: Engine, seconds: number): number {
  return Math.ceil(seconds * memory.geometry.sampleRateHz / memory.geometry.blockFrames);
}

function onClock(started: Started): TestEngine {
  const { memory } = started.engine;
  const blocksPass = async (blocks: number) => {
    const first = memory.consumed();
    await until(`${blocks} blocks`, () => blocksBetween(memory.consumed(), first) >= blocks);
  };
  return {
    ...started,
    blocksPass,
    secondsPass: (seconds) => blocksPass(blocksIn(started.engine, seconds)),
    lockstep: () => until("a renderer in every role", () => everyRoleIsFilled(started.engine)),
    stop: () => started.engine.stop(),
  };
}

function stepped(started: Started & Pick<SteppedEngine, "driver" | "clock">): SteppedEngine {
  const { engine, driver } = started;
  const playUntil: SteppedEngine["playUntil"] = (condition, holds) => driver.playUntil(condition, holds);
  const playDuring = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const finished = work.finally(() => done = true);
    finished.catch(() => {}); // awaited below, after the device has stopped
    await playUntil("the end of the work that the device plays for", () => done);
    return await finished;
  };
  return {
    ...started,
    playUntil,
    playDuring,
    blocksPass: (blocks) => driver.step(blocks),
    secondsPass: (seconds) => driver.step(blocksIn(engine, seconds)),
    lockstep: () => playUntil("a renderer in every role", () => everyRoleIsFilled(engine)),
    settled: () => playDuring(engine.settled()),
    stop: async () => {
      const stopped = engine.stop();
      await driver.playOut();
      await stopped;
    },
  };
}
