/**
 * Finds an engine again whose control process was lost: its memory, in which renderers and stage play on, its patches and the
 * values of its parameters. Main isolate of the next control process.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { invariant } from "../../foundation/invariant.ts";
import { Opcode } from "../log/command_log.ts";
import { CommandLog } from "../log/command_log.ts";
import { readEntries } from "../log/read_entries.ts";
import { fixed, within } from "../memory/layout.ts";
import { snapshotIndex } from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { EngineProcesses } from "./engine_processes.ts";
import { loadParameters } from "./parameter_file.ts";
import { PatchFiles } from "./patch_files.ts";
import { attachRunMemory } from "./run_memory.ts";
import { readRendererProcessStart } from "./renderer_process_start.ts";

/** What is found. */
export interface LivingEngine {
  readonly memory: SharedMemory;
  /** In the order of loading; the last one plays. */
  readonly patches: readonly [FoundPatch, ...FoundPatch[]];
  readonly parameters: readonly number[];
}

interface FoundPatch {
  readonly number: number;
  readonly patch: CompiledPatch;
}

/** Throws `MappedMemoryError` or `InvariantError` when the memory is not what an engine of this version left. */
export async function findLivingEngine(
  native: NativeLibrary,
  { folder }: EngineProcesses,
): Promise<LivingEngine> {
  const { memoryBytes } = readRendererProcessStart(folder.rendererStart);
  const memory = attachRunMemory(native, folder, memoryBytes);
  const files = new PatchFiles(folder, native);
  const playing = playingPatch(memory, files.numbers()[0]);
  const known = files.numbers().filter((number) => number <= playing);
  const found = await Promise.all(known.map(async (number): Promise<FoundPatch> => {
    const stored = files.read(number);
    return { number, patch: { ...stored, module: await WebAssembly.compile(stored.wasm) } };
  }));
  const [first, ...others] = found;
  invariant(first !== undefined, `${folder.path}: expected the patch that plays, found none`);
  const { values = {} } = loadParameters(folder) ?? {};
  const parameters = found[found.length - 1].patch.parameters.map(({ address, default: initial }) =>
    values[address] ?? initial
  );
  return { memory, patches: [first, ...others], parameters };
}

/** Number of the patch that the newest commands address: the last one that the log asked for, or else that of the snapshot. */
function playingPatch(memory: SharedMemory, oldest: number): number {
  const log = new CommandLog(memory);
  const asked = readEntries(log, memory.geometry.startLogPosition | 0)
    .findLast(({ opcode }) => opcode === Opcode.exchange);
  if (asked) return asked.target;
  const accepted = Atomics.load(memory.words, fixed.control.acceptedSnapshot.index);
  return accepted === 0
    ? oldest
    : memory.words[snapshotIndex(memory, accepted - 1) + within.snapshot.patch.index];
}
