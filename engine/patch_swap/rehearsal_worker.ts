/**
 * The rehearsal of a patch before it plays: a thread of its own compiles it and plays it for a while. If the patch traps, gives
 * numbers that are not finite, is too slow, too loud, or gives direct current, that shows here and is not heard. What checks
 * and snapshots of its state cost is counted too. The code that was optimised here is the code that plays.
 */
import { parentPort, workerData } from "node:worker_threads";
import { compileGraph } from "../../compiler/compile.ts";
import { decodeGraph } from "../../compiler/graph/checked_graph.ts";
import { graphWarnings } from "../../compiler/graph/graph_warnings.ts";
import { openNative } from "../../ffi/open_native.ts";
import { lockSamples } from "../samples/lock_samples.ts";
import { instantiatePatch } from "../renderer/patch_instance.ts";
import { countVoices } from "../renderer/voice_count.ts";
import { maxCountedInstruments } from "../memory/constants.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { ArenaChecksum, compileChecksum } from "../memory/checksum.ts";
import { stateLoad, type StateSpeed } from "./state_load.ts";
import {
  checkRehearsalStart,
  type RehearsalResult,
  type RehearsalStart,
  type RehearsedLoad,
} from "./rehearsal_messages.ts";

/** Notes held in each instrument while its speed is measured. */
const heldNotes = 8;

/** Sound before the measurement, in seconds, so that the optimising compiler is done; and during it. */
const warmUpSeconds = 0.3;
const measuredSeconds = 0.3;

/** The same with all voices, whose code is compiled by then. */
const fullSeconds = 0.1;
/** Checks and copies whose median counts. */
const measuredRounds = 9;

function rehearse(
  { graph: loaded, samples, format, seed, nativeLibrary, beforeStart }: RehearsalStart,
): RehearsalResult {
  const native = openNative(nativeLibrary);
  const { symbols } = native;
  if (!beforeStart) symbols.us_schedule_behind(symbols.us_thread_id());
  lockSamples(native, samples?.memory);
  const graph = decodeGraph(loaded);
  const patch = compileGraph(graph, format, samples);
  const exports = instantiatePatch(patch);
  const { sampleRateHz, channels, maximumBlockFrames } = format;
  exports.initialize(seed);
  const output = new Float32Array(
    exports.memory.buffer,
    patch.arena.outputOffset,
    maximumBlockFrames * channels,
  );
  let isFinite = true;
  let peak = 0;
  let frames = 0;
  const sums = new Array<number>(channels).fill(0);
  const measure = () => {
    for (let index = 0; index < output.length; index++) {
      peak = Math.max(peak, Math.abs(output[index]));
      sums[index % channels] += output[index];
    }
    frames += maximumBlockFrames;
  };
  const words = new Int32Array(exports.memory.buffer);
  /** Returns the processor time of a block as part of the block's own time: the median, because caches are cold at first. */
  const play = (seconds: number, heard = true): RehearsedLoad => {
    const times: number[] = [];
    for (let left = seconds * sampleRateHz; left > 0; left -= maximumBlockFrames) {
      const started = symbols.us_processor_ns();
      exports.render(0, maximumBlockFrames);
      times.push(Number(symbols.us_processor_ns() - started));
      isFinite &&= output.every(Number.isFinite);
      if (heard) measure();
    }
    const blockNs = maximumBlockFrames / sampleRateHz * 1e9;
    return {
      voices: soundingVoices(words, patch),
      load: times.sort((a, b) => a - b)[times.length >> 1] / blockNs,
    };
  };
  patch.instruments.forEach((_, instrument) => {
    for (let note = 0; note < heldNotes; note++) exports.note_on(instrument, note, 36 + note * 6, 0.8);
  });
  play(warmUpSeconds);
  const stateCost = stateLoad(exports.memory.buffer.byteLength, measureState(exports.memory));
  const notes = withState(play(measuredSeconds), stateCost);
  patch.instruments.forEach((_, instrument) => {
    for (let note = 0; note < heldNotes; note++) exports.note_off(instrument, note);
  });
  play(warmUpSeconds);
  graph.instruments.forEach(({ polyphony: { voices } }, instrument) => {
    for (let note = 0; note < voices; note++) exports.note_on(instrument, note, 36 + note % 60, 0.8);
  });
  const full = withState(play(fullSeconds, false), stateCost);
  const poisoned = words[patch.arena.poisonedVoicesOffset / 4];
  const level = { peak, means: sums.map((sum) => sum / frames) };
  const warnings = graphWarnings(graph, format);
  return { patch, notes, full, isFinite: isFinite && poisoned === 0, level, warnings };
}

/** Checks and snapshots cost the same, whatever sounds. */
function withState({ voices, load }: RehearsedLoad, stateCost: number): RehearsedLoad {
  return { voices, load: load + stateCost };
}

function soundingVoices(words: Int32Array, { arena, instruments }: CompiledPatch): number {
  const counts = new Int32Array(maxCountedInstruments);
  countVoices({ words, description: { arena } }, counts, 0);
  return counts.subarray(0, instruments.length).reduce((sum, count) => sum + count, 0);
}

/** Bytes that are checked and copied at once while their speed is measured: more than a core's own cache holds. */
const measuredBytes = 4 * 2 ** 20;

function measureState(memory: WebAssembly.Memory): StateSpeed {
  const checksum = new ArenaChecksum(compileChecksum(), memory);
  const bytes = Math.min(memory.buffer.byteLength, measuredBytes);
  const arena = new Uint8Array(memory.buffer, 0, bytes);
  const copy = new Uint8Array(new SharedArrayBuffer(bytes));
  const secondsPerByte = (work: () => void): number => {
    const times = Array.from({ length: measuredRounds }, () => {
      const startedMs = performance.now();
      work();
      return performance.now() - startedMs;
    });
    return times.sort((a, b) => a - b)[times.length >> 1] / 1_000 / bytes;
  };
  return {
    checkSecondsPerByte: secondsPerByte(() => checksum.ofRegion(0, bytes)),
    copySecondsPerByte: secondsPerByte(() => copy.set(arena)),
  };
}

const start = checkRehearsalStart(workerData);
let result: RehearsalResult;
try {
  result = rehearse(start);
} catch (error) {
  result = { error: error instanceof Error ? error.message : String(error) };
}
parentPort!.postMessage(result);
