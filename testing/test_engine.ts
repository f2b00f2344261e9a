import { type Config, readConfig } from "../config/settings.ts";
import { compileChecksum } from "../engine/memory/checksum.ts";
import { Engine, type EngineOptions } from "../engine/engine.ts";
import type { Log } from "../foundation/logging.ts";
import { renderSession, type SessionRenderResult } from "../engine/render/session_renderer.ts";
import { SessionReader } from "../engine/session/session_reader.ts";
import type { SupervisionEvent } from "../engine/supervisor/supervision.ts";
import type { CompiledPatch, PatchFormat } from "../compiler/graph/compiled_patch.ts";
import { nativeForTests } from "./native_for_tests.ts";
import { tallyPatch } from "./tally_patch.ts";

let running: Engine | undefined;

// one that the last test of a file has left, because it failed
Deno.test.afterAll(() => running?.stop());

/** A running engine on the clock driver, with what it said. */
export interface TestEngine {
  readonly engine: Engine;
  readonly patch: CompiledPatch;
  readonly events: readonly SupervisionEvent[];
  readonly lines: readonly string[];
}

export interface TestEngineOptions
  extends Partial<Pick<EngineOptions, "startBlock" | "startLogPosition" | "captureFrames" | "readWallMs">> {
  readonly environment?: Readonly<Record<string, string>>;
  readonly patch?: (format: PatchFormat) => CompiledPatch | Promise<CompiledPatch>;
}

/** Starts an engine in this process: clock driver, faults allowed, playing the tally patch unless told otherwise. */
export async function startTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
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
  const engine = await Engine.start({
    ...options,
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
  running = engine;
  return { engine, patch, events, lines };
}

/** Renders a session in this process and returns its samples. */
export async function renderAgain(
  path: string,
  sampleFolder?: string,
): Promise<SessionRenderResult & { samples: Float32Array<ArrayBuffer> }> {
  const { native } = await nativeForTests();
  const reader = await SessionReader.open(path);
  const parts: Float32Array[] = [];
  const result = await renderSession({
    reader,
    checksum: compileChecksum(),
    native,
    sampleFolder,
    onSamples: (samples) => Promise.resolve(void parts.push(samples.slice())),
  }).finally(() => reader.close());
  const samples = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (samples.set(part, at), at + part.length), 0);
  return { ...result, samples };
}

/** Waits until something holds; throws with `what` when it does not within `timeoutMs`. */
export async function until(what: string, holds: () => boolean, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 2));
  }
}
