import type { RunFolder } from "./run_folder.ts";

/** What an engine needs to know when its parts are processes of their own; omitted: they are threads of this one. */
export interface EngineProcesses {
  readonly folder: RunFolder;
  /** Path of the program `understudy-stage`. */
  readonly stage: string;
  /** Number of this control process: the first has 1. The launcher counts; without one there is only the first. */
  readonly epoch: number;
}
