/** What the engine says about itself, put together from its parts. Main isolate. */
import { type EngineStatus, type Role, roles } from "../control/control.ts";
import { decibels } from "../../foundation/decibels.ts";
import type { DeviceWatch } from "../device/device_watch.ts";
import { fixed } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Latency } from "./latency_report.ts";
import type { RendererPool } from "../supervisor/renderer_pool.ts";
import type { Supervision } from "../supervisor/supervision.ts";
import { supervisorDefaults } from "../supervisor/supervisor.ts";

/** Where the status comes from, and what the engine itself counts. */
export interface StatusSources extends
  Pick<
    EngineStatus,
    | "state"
    | "patch"
    | "journal"
    | "recording"
    | "rec"
    | "players"
    | "lateStreamBlocks"
    | "degraded"
    | "standstills"
    | "standstillMs"
    | "lateCommands"
    | "quarantinedCommands"
    | "waitingCommands"
    | "refusedCommands"
    | "wrongBlocks"
    | "faults"
    | "realTime"
    | "outputs"
    | "silentSeconds"
    | "outputNames"
    | "callbackAgeMs"
    | "supervisionAgeMs"
  > {
  readonly memory: SharedMemory;
  readonly driver: DeviceWatch;
  readonly supervision: Supervision;
  readonly pool: RendererPool;
  readonly ticksPerMs: number;
  /** Blocks that renderers were ahead of the device, on average. */
  readonly blocksAhead: number;
  /** Voices that sound, by instrument. */
  readonly voices: readonly number[];
  /** Voices that may sound; 0: all. */
  readonly voiceLimit: number;
}

/** The status of this moment. */
export function engineStatus(sources: StatusSources): EngineStatus {
  const { memory, driver, supervision, pool } = sources;
  const { sampleRateHz, blockFrames, ceiling } = memory.geometry;
  const { blocks: lookaheadBlocks, latencyMs } = latencyOf(memory, driver);
  const ids = supervision.roles.map((seat) => seat === undefined ? 0 : pool.incarnation(seat));
  return {
    state: sources.state,
    unheard: driver.unheard ?? "",
    driver: driver.kind,
    device: driver.device,
    periodFrames: driver.periodFrames,
    ...driver.counts,
    ...(driver.rtp && { rtp: driver.rtp }),
    patch: sources.patch,
    sampleRateHz,
    blockFrames,
    lookaheadBlocks,
    latencyMs,
    measuredLatencyMs: latencyMs +
      (sources.blocksAhead - lookaheadBlocks) * blockFrames / sampleRateHz * 1_000,
    block: memory.consumed() >>> 0,
    rendererIds: Object.fromEntries(roles.map((role, index) => [role, ids[index] ?? 0])) as Record<
      Role,
      number
    >,
    agreeingRenderers: supervision.agreeing,
    renderersInLockstep: supervision.inLockstep,
    voices: sources.voices.reduce((sum, count) => sum + count, 0),
    voiceLimit: sources.voiceLimit,
    rescuedBlocks: memory.counter("rescuedBlocks"),
    concealedFrames: memory.counter("concealedFrames"),
    wrongBlocks: sources.wrongBlocks,
    outputs: sources.outputs,
    silentSeconds: sources.silentSeconds,
    outputNames: sources.outputNames,
    unpatched: driver.unpatchedOutputs.join(" "),
    nonFiniteSamples: memory.counter("nonFiniteSamples"),
    overSamples: memory.counter("overSamples"),
    limitedSamples: memory.counter("limitedSamples"),
    ceilingDb: ceiling === 0 ? "off" : decibels(ceiling),
    refusedInputSamples: memory.counter("refusedInputSamples"),
    poisonedVoices: poisonedVoices(supervision, pool),
    lateCommands: sources.lateCommands,
    waitingCommands: sources.waitingCommands,
    refusedCommands: sources.refusedCommands,
    quarantinedCommands: sources.quarantinedCommands,
    journal: sources.journal,
    recording: sources.recording,
    rec: sources.rec,
    players: sources.players,
    lateStreamBlocks: sources.lateStreamBlocks,
    degraded: sources.degraded,
    standstills: sources.standstills,
    standstillMs: sources.standstillMs,
    outputUnderflows: memory.counter("outputUnderflows"),
    replacements: Math.max(
      0,
      supervision.incarnations - supervisorDefaults.following - supervisorDefaults.waiting,
    ),
    faults: { ...sources.faults },
    callbackLoad: driver.callbackLoad(sources.ticksPerMs),
    callbackAgeMs: sources.callbackAgeMs,
    supervisionAgeMs: sources.supervisionAgeMs,
    ...processStatus(memory),
    realTime: sources.realTime,
  };
}

/** From a command to the device's output: the lookahead, and the latency that the device states. */
export function latencyOf(
  memory: SharedMemory,
  { outputLatencySeconds }: Pick<DeviceWatch, "outputLatencySeconds">,
): Latency {
  const blocks = memory.lookaheadBlocks();
  const { blockFrames, sampleRateHz } = memory.geometry;
  return { blocks, latencyMs: (blocks * blockFrames / sampleRateHz + outputLatencySeconds) * 1_000 };
}

/** What the other processes have written down. */
function processStatus(
  { words, wide }: SharedMemory,
): Pick<EngineStatus, "isolation" | "lostFrames" | "stageRestarts" | "controlRestarts"> {
  const { controlProcess, stageReport, launcher } = fixed;
  return {
    isolation: Atomics.load(words, controlProcess.pid.index) === 0 ? "threads" : "processes",
    lostFrames: Number(Atomics.load(wide, stageReport.lostFrames.index)),
    stageRestarts: Math.max(0, Atomics.load(words, stageReport.starts.index) - 1),
    controlRestarts: Math.max(0, Atomics.load(words, launcher.epoch.index) - 1),
  };
}

/** All renderers in lockstep count alike; one that is just joining still counts less. */
function poisonedVoices(supervision: Supervision, pool: RendererPool): number {
  return Math.max(
    0,
    ...supervision.roles.map((seat) => seat === undefined ? 0 : pool.poisonedVoices(seat)),
  );
}
