/** How far a recording is, in the shared memory: for the status, and for a control process that goes on with it. */
import { fixed } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Written } from "./recording_writer.ts";

export interface RecordingProgress {
  readonly written: Written;
  readonly waitingBytes: number;
  readonly lostFrames: number;
}

const { writtenFrames, writtenBytes, newest, lostFrames, waitingBytes } = fixed.recorder;

/** Recorder thread, and the main isolate before there is one. Whoever reads it after the thread was ended at any instant finds frames and bytes that belong together. */
export function recordProgress({ words, wide }: SharedMemory, progress: RecordingProgress): void {
  const place = 1 - Atomics.load(words, newest.index);
  wide[writtenFrames.index + place] = BigInt(progress.written.frames);
  wide[writtenBytes.index + place] = BigInt(progress.written.bytes);
  wide[waitingBytes.index] = BigInt(progress.waitingBytes);
  wide[lostFrames.index] = BigInt(progress.lostFrames);
  Atomics.store(words, newest.index, place);
}

/** What the file has. Any thread. */
export function recordedSoFar({ words, wide }: SharedMemory): Written {
  const place = Atomics.load(words, newest.index);
  return {
    frames: Number(wide[writtenFrames.index + place]),
    bytes: Number(wide[writtenBytes.index + place]),
  };
}

/** All of it. Any thread. */
export function progressOf(memory: SharedMemory): RecordingProgress {
  const { wide } = memory;
  return {
    written: recordedSoFar(memory),
    waitingBytes: Number(wide[waitingBytes.index]),
    lostFrames: Number(wide[lostFrames.index]),
  };
}
