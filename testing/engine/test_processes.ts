import type { EngineProcesses } from "../../engine/run/engine_processes.ts";
import { createRunFolder, removeRunFolder } from "../../engine/run/run_folder.ts";
import { inFolder } from "../in_folder.ts";
import { nativeForTests } from "../native_for_tests.ts";

/** A run whose control process is this one, without a launcher. Its files are removed when the work has ended. */
export async function inRun<T>(work: (processes: EngineProcesses) => Promise<T> | T): Promise<T> {
  const { native, build } = await nativeForTests();
  return await inFolder(async (parent) => {
    const folder = createRunFolder(native, parent);
    try {
      return await work({ folder, stage: build.stage, epoch: 1 });
    } finally {
      removeRunFolder(native, folder);
    }
  });
}
