/**
 * The proof that the loss of any process but the stage is not heard: the program in processes, played over OSC, while its renderer
 * processes and its control process are killed, stopped and broken at random moments. Afterwards the recording, which went
 * on through all of it, is rendered, and every block compared with what was handed over. A recording of the sound goes on beside it and
 * must equal that render.
 *
 *     deno task chaos:processes [--seconds 60] [--seed N] [--every-ms 1000] [--parts control,primary,stage,control+stage]
 *                               [--pages 10] [--patch keys] [--block-frames 128] [--lookahead 4] [--busy 4] [--nice=-10]
 */
import { developmentCommand } from "../../testing/development_command.ts";
import { abortable } from "../../foundation/abortable.ts";
import { InterruptedError } from "../../cli/interrupted_error.ts";
import { fixed } from "../../engine/memory/layout.ts";
import { blocksBetween } from "../../engine/memory/shared_memory.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { ProgramInProcesses, type ProgramPart } from "../../testing/engine/program_in_processes.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { startBusyLoops } from "./busy_loops.ts";
import { untilInterrupted } from "./until_interrupted.ts";
import { OpenPages } from "../../testing/osc/open_pages.ts";
import { readFloatWav } from "../../testing/sound/read_float_wav.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { until } from "../../testing/until.ts";

/** Signals that break a process. A stopped one stands still, and is found out. */
export const processSignals = ["SIGKILL", "SIGSEGV", "SIGSTOP", "SIGABRT"] as const;
/** What a process does to itself: a heap that grows to its limit, an endless loop, an error that nobody catches. */
export const rendererFaults = ["oom", "hang", "throw"] as const;
export const controlFaults = ["hang", "throw"] as const;
const processParts: readonly ProgramPart[] = ["control", "primary", "standby", "spare"];

/** A process, or the two at once that replace each other. */
export type LostPart = ProgramPart | "control+stage";

/** One loss: a process, and the signal or the fault that breaks it. */
export interface Loss {
  readonly part: LostPart;
  readonly how: typeof processSignals[number] | typeof rendererFaults[number];
}

export interface ProcessChaosOptions {
  /** One after the other. */
  readonly losses: Iterable<Loss>;
  readonly seed: number;
  /** Time between two losses, on average. */
  readonly everyMs: number;
  readonly patch: string;
  readonly blockFrames: number;
  readonly lookaheadBlocks: number;
  /** Operator's pages that are open all the time, and listen; omitted: none. */
  readonly pages?: number;
  /** Programs of this nice value that take all the processor time that they get, once the engine plays. */
  readonly busy?: { readonly count: number; readonly nice: number };
  /** Ends the run early: it ends every program that it started, and throws the reason. */
  readonly interrupted?: AbortSignal;
}

export interface ProcessChaosResult {
  /** Messages that the pages got. */
  readonly pageMessages: number;
  /** By part and kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly concealedFrames: number;
  /** Periods that the clock skipped because the machine stood still. */
  readonly skippedPeriods: number;
  /** Frames that passed while no stage played, in all and after each loss of one. */
  readonly lostFrames: number;
  readonly stageMs: readonly number[];
  readonly blocks: number;
  readonly differingBlocks: number;
  /** The recording has every block, from the first to the last. */
  readonly complete: boolean;
  /** Samples in which the recording of the sound differs from the render, and those that one of them has more. */
  readonly differingSamples: number;
  /** From the loss of a control process to the next that was in control. */
  readonly controlMs: readonly number[];
  readonly exitCode: number;
  readonly leftovers: readonly string[];
  readonly output: string;
}

/** Runs the program, breaks it, and judges the recording. */
export function runProcessChaos(options: ProcessChaosOptions): Promise<ProcessChaosResult> {
  return inFolder((folder) => run(options, `${folder}/chaos.session`));
}

async function run(options: ProcessChaosOptions, session: string): Promise<ProcessChaosResult> {
  const random = new SeededRandom(options.seed);
  const program = await ProgramInProcesses.start({
    patch: options.patch,
    environment: {
      UNDERSTUDY_SESSION: session,
      UNDERSTUDY_RECORD: `${session}.wav`,
      UNDERSTUDY_FAULTS: "on",
      UNDERSTUDY_BLOCK_FRAMES: String(options.blockFrames),
      UNDERSTUDY_LOOKAHEAD_BLOCKS: String(options.lookaheadBlocks),
    },
  });
  const client = new UdpClient(`127.0.0.1:${program.port}`);
  const faults: Record<string, number> = {};
  const controlMs: number[] = [];
  const stageMs: number[] = [];
  const lostFrames = () => Number(program.memory.wide[fixed.stageReport.lostFrames.index]);
  const player = play(client, random);
  const pages = new OpenPages(
    options.pages ?? 0,
    () => [...program.output.matchAll(/OSCQuery on (http:\S+)/g)].at(-1)?.[1],
  );
  const { count = 0, nice = 0 } = options.busy ?? {};
  const loops = await startBusyLoops(count, nice);
  const breakParts = async () => {
    for (const { part, how } of options.losses) {
      await pass(program, options.everyMs * (0.5 + random.next()));
      await until(
        `${part} is there`,
        () => program.pidOf(processesOf(part)[0]) !== undefined && program.epochInControl !== undefined,
      );
      const epoch = program.epochInControl!;
      const lostBefore = lostFrames();
      if (!await commit(program, client, { part, how })) continue;
      faults[`${part} ${how}`] = (faults[`${part} ${how}`] ?? 0) + 1;
      const lostMs = performance.now();
      if (processesOf(part).includes("stage")) {
        await until("another stage plays", () => lostFrames() > lostBefore);
        stageMs.push((lostFrames() - lostBefore) / program.memory.geometry.sampleRateHz * 1_000);
      }
      if (!processesOf(part).includes("control")) continue;
      await until("a control process is back", () => (program.epochInControl ?? epoch) > epoch);
      controlMs.push(performance.now() - lostMs);
    }
    await pass(program, 1_500);
  };
  try {
    await abortable(breakParts(), options.interrupted);
  } catch (error) {
    await program.stop().catch(() => {}); // a terminal's signal has reached it as well
    if (error instanceof InterruptedError) throw error;
    throw new Error(`${program.output}\n${JSON.stringify(faults)}`, { cause: error });
  } finally {
    await loops.stop();
    await pages.stop();
    player.stop();
    await client.close();
  }
  const { memory } = program;
  const exitCode = await program.stop();
  const rendered = await renderAgain(session);
  const { samples: recorded } = await readFloatWav(`${session}.wav`);
  return {
    pageMessages: pages.received,
    faults,
    concealedFrames: memory.counter("concealedFrames"),
    skippedPeriods: memory.words[fixed.clock.lostCycles.index],
    lostFrames: lostFrames(),
    stageMs,
    blocks: memory.consumed() - memory.geometry.startBlock,
    differingBlocks: rendered.differingBlocks,
    complete: rendered.complete && rendered.samples.length / options.blockFrames / 2 >= memory.consumed() - 1,
    differingSamples:
      recorded.reduce((sum, sample, index) => sum + Number(sample !== rendered.samples[index]), 0) +
      Math.max(0, rendered.samples.length - recorded.length),
    controlMs,
    exitCode,
    leftovers: program.leftovers(),
    output: program.output,
  };
}

/** Breaks a process. Returns whether there was one. */
async function commit(program: ProgramInProcesses, client: UdpClient, { part, how }: Loss): Promise<boolean> {
  if (!isSignal(how)) {
    await until("it listens", () => program.isListening);
    return (await client.ask("/engine/fault", "ss", how, part)).includes("/done /engine/fault");
  }
  const parts = processesOf(part);
  // the runtime takes the first for a trap of WebAssembly that it has to handle; a real fault would come again at once
  const sent = [];
  for (const each of parts) sent.push(await program.signal(each, how));
  if (how === "SIGSEGV") { for (const each of parts) await program.signal(each, how); }
  return sent.includes(true);
}

function processesOf(part: LostPart): readonly ProgramPart[] {
  return part === "control+stage" ? ["control", "stage"] : [part];
}

function isSignal(how: Loss["how"]): how is typeof processSignals[number] {
  return (processSignals as readonly string[]).includes(how);
}

/** Plays notes over OSC; those that are sent while no control process listens are lost. */
function play(client: UdpClient, random: SeededRandom): { stop(): void } {
  const timer = setInterval(() => {
    const note = 40 + random.below(40);
    client.say("/note", "iif", note, note, random.next());
    client.say("/off", "i", 40 + random.below(40));
  }, 25);
  return { stop: () => clearInterval(timer) };
}

/** Waits until this time of sound was taken. */
async function pass({ memory }: ProgramInProcesses, ms: number): Promise<void> {
  const { sampleRateHz, blockFrames } = memory.geometry;
  const end = (memory.consumed() + Math.ceil(ms * sampleRateHz / blockFrames / 1_000)) | 0;
  await until("the sound goes on", () => blocksBetween(memory.consumed(), end) >= 0);
}

/** The smallest, the middle and the largest, in whole milliseconds. */
export function spread(ms: readonly number[]): string {
  if (ms.length === 0) return "none";
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(0);
  return `median ${at(0.5)} ms, worst ${at(1)} ms (${ms.length})`;
}

/** Any loss of these parts, until the time is over. */
function* losses(seconds: number, parts: readonly LostPart[], random: SeededRandom): Iterable<Loss> {
  const endMs = performance.now() + seconds * 1_000;
  while (performance.now() < endMs) {
    const part = random.pick(parts);
    const own = part === "control" ? controlFaults : part.includes("stage") ? [] : rendererFaults;
    yield { part, how: random.pick([...processSignals, ...own]) };
  }
}

if (import.meta.main) {
  const { options } = developmentCommand(import.meta.url, {
    options: {
      seconds: { usual: 60, about: "how long processes are lost" },
      seed: { usual: Date.now() % 1_000_000, about: "of the random numbers" },
      "every-ms": { usual: 1_000, about: "time from one loss to the next, at random around this" },
      parts: { usual: processParts.join(","), about: "which processes are lost" },
      pages: { usual: 0, about: "open pages" },
      patch: { usual: "keys", about: "the patch that plays" },
      "block-frames": { usual: 128, about: "frames of a block" },
      lookahead: { usual: 4, about: "blocks that renderers run ahead" },
      busy: { usual: 0, about: "busy loops beside it" },
      nice: { usual: 0, about: "niceness of the busy loops; write --nice=-10" },
    },
  });
  const result = await untilInterrupted((interrupted) =>
    runProcessChaos({
      losses: losses(
        options.seconds,
        options.parts.split(",") as LostPart[],
        new SeededRandom(options.seed),
      ),
      interrupted,
      seed: options.seed,
      everyMs: options["every-ms"],
      pages: options.pages,
      patch: options.patch,
      blockFrames: options["block-frames"],
      lookaheadBlocks: options.lookahead,
      busy: { count: options.busy, nice: options.nice },
    })
  );
  const { output, faults, controlMs, stageMs, ...figures } = result;
  console.log(`seed ${options.seed}:`, figures);
  console.log("faults:", faults, "control is back:", spread(controlMs), "stage is back:", spread(stageMs));
  const isSound = figures.differingBlocks === 0 && figures.complete && figures.differingSamples === 0 &&
    figures.exitCode === 0 &&
    figures.leftovers.length === 0 && (figures.concealedFrames === 0 || options.parts.includes("stage"));
  if (!isSound) console.log(output);
  Deno.exit(isSound ? 0 : 1);
}
