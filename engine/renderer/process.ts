/**
 * The entry of a renderer's process: {@link RendererBody} on its main thread.
 *
 *     deno run … engine/renderer/process.ts RUN_FOLDER SEAT INCARNATION [START_FILE]
 *
 * It has the run's folder and the native part, and nothing else: no network, no other file. It first takes its seat by a
 * compare-and-swap, because a control process that was replaced meanwhile may have given the seat up. Patches come as files;
 * their code is compiled beside the loop, which gives the event loop a turn after each block until that is done.
 */
import { cString } from "../../ffi/c_string.ts";
import { openNative } from "../../ffi/open_native.ts";
import { ProcessHandle } from "../../ffi/process_handle.ts";
import { invariant } from "../../foundation/invariant.ts";
import { compileChecksum } from "../memory/checksum.ts";
import { SeatState } from "../memory/layout.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import { PatchFiles } from "../run/patch_files.ts";
import { readRendererProcessStart } from "../run/renderer_process_start.ts";
import { attachRunMemory } from "../run/run_memory.ts";
import { runFolderAt } from "../run/run_folder.ts";
import { RendererBody, reportRendererError, setSeatState } from "./renderer_body.ts";
import { AfterStep } from "./renderer_loop.ts";
import type { NumberedPatch } from "./renderer_start.ts";

/** Plays on a seat until it is ordered to end, or is left alone. */
export async function playInProcess(
  [path, seatText, incarnationText, startFile]: readonly string[],
): Promise<void> {
  const seat = Number(seatText);
  const folder = runFolderAt(path);
  const { nativeLibrary, memoryBytes, ...start } = readRendererProcessStart(
    startFile ?? folder.rendererStart,
  );
  const native = openNative(nativeLibrary);
  // the runtime would open its debugger to every user of the machine
  native.symbols.us_claim_signals();
  const memory = attachRunMemory(native, folder, memoryBytes);
  const { words } = memory;
  const order = (name: "incarnation" | "patchFile") => Atomics.load(words, orderIndex(memory, seat, name));
  if (order("incarnation") !== Number(incarnationText)) return;
  if (Atomics.compareExchange(words, reportFieldIndex(memory, seat, "threadId"), 0, Deno.pid) !== 0) return;
  Atomics.store(
    words,
    reportFieldIndex(memory, seat, "processStart"),
    ProcessHandle.startOf(native, Deno.pid),
  );
  setSeatState(memory, seat, SeatState.starting);
  const unwatched = native.symbols.us_end_when_orphan(cString(folder.path));
  invariant(unwatched === 0, `renderer: the thread that watches its run did not start (errno ${unwatched})`);
  const files = new PatchFiles(folder, native);
  const load = async (number: number): Promise<NumberedPatch> => {
    const { wasm, ...patch } = files.read(number);
    return { number, patch: { ...patch, module: await WebAssembly.compile(wasm) } };
  };
  try {
    const patches = await Promise.all(files.numbers().map(load));
    const body = new RendererBody({ ...start, memory, seat, native, checksum: compileChecksum(), patches });
    let isCompiling = false, unusable = 0;
    const compile = async (number: number) => {
      isCompiling = true;
      try {
        const patch = await load(number);
        body.prepare({ ...patch, oldest: files.numbers()[0] });
      } catch (error) {
        // it was taken back, or cannot be read: what plays goes on, and nobody is asked to play this one
        console.error(`patch ${number}: ${error}`);
        unusable = number;
      }
      isCompiling = false;
    };
    for (let next = body.advance(); next !== AfterStep.end; next = body.advance()) {
      const newest = order("patchFile");
      if (!isCompiling && newest > body.newestPatch && newest !== unusable) void compile(newest);
      if (isCompiling) {
        await nextTurn();
        native.symbols.us_claim_signals(); // the runtime sets its handler in a turn of its event loop
      } else body.wait(next);
    }
    setSeatState(memory, seat, SeatState.stopped);
  } catch (error) {
    reportRendererError(memory, seat, error);
  }
}

/** Resolves after the event loop has had a turn. */
function nextTurn(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, 0));
}

if (import.meta.main) await playInProcess(Deno.args);
