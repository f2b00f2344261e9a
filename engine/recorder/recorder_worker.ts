/**
 * The recorder thread: follows the device through the output ring, and hands what it got to the file. It has the priority of the main isolate,
 * below all that plays: behind other programs it would lack seconds when it is killed. It may be as late as the ring is long; what it misses
 * then becomes silence of the same length, counted and told.
 */
import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../foundation/invariant.ts";
import { fixed } from "../memory/layout.ts";
import { OutputRing } from "../memory/output_ring.ts";
import { blocksBetween, SharedMemory } from "../memory/shared_memory.ts";
import type { RecorderReport, RecorderRequest, RecorderThreadStart } from "./recorder_messages.ts";
import { recordedSoFar, recordProgress } from "./progress.ts";
import type { RecordingStart } from "./recording_start.ts";
import { RecordingWriter } from "./recording_writer.ts";

/** Time between two looks at the ring: what a killed process loses is this, and what it takes to write. */
const pollMs = 200;
const checkMs = 1_000;

/** Blocks that are read between two looks at whether the disk keeps up. */
const maxBlocksAtOnce = 256;

const { buffer, start: given, goesOn, minFreeBytes } = workerData as RecorderThreadStart;
invariant(buffer instanceof SharedArrayBuffer, "recorder: expected a shared memory");
const memory = SharedMemory.attach(buffer);
const ring = new OutputRing(memory);
const { blockFrames, channels } = memory.geometry;
const blockSamples = blockFrames * channels;
const report = (message: RecorderReport) => parentPort!.postMessage(message);

/** What another process has written of this recording; undefined: nothing. */
const written = goesOn && recordedSoFar(memory).bytes > 0 ? recordedSoFar(memory) : undefined;
let writer: RecordingWriter | undefined;
/** The next block that is recorded, and frames of it that are in the file already. */
let next = given.block | 0;
let skipFrames = 0;
/** The first block that is not recorded any more; undefined: there is no end yet. */
let end: number | undefined;
/** It opens or closes its file. */
let isBusy = false;
/** Frames handed to the writer, and those among them that were lost. */
let frames = 0;
let lostFrames = 0;

async function open(start: RecordingStart): Promise<void> {
  if (written) {
    frames = written.frames;
    lostFrames = Number(memory.wide[fixed.recorder.lostFrames.index]);
    next = (next + Math.floor(frames / blockFrames)) | 0;
    skipFrames = frames % blockFrames;
  }
  writer = await RecordingWriter.open({
    ...{ start, written, minFreeBytes },
    onProgress: (written, waitingBytes) => recordProgress(memory, { written, waitingBytes, lostFrames }),
  });
  recordProgress(memory, { written: writer.written, waitingBytes: 0, lostFrames });
  report({ kind: "begun", start });
}

/** The start with the block that was kept first; undefined: none was yet. */
function firstKept(): RecordingStart | undefined {
  const block = new Float32Array(blockSamples);
  const [consumed, nowMs] = [memory.consumed(), Date.now()];
  const secondsOf = (blocks: number) => blocks * blockFrames / given.sampleRateHz;
  for (; blocksBetween(consumed, next) > 0; next = (next + 1) | 0) {
    if (!ring.copy(next, block)) continue;
    const blocks = blocksBetween(next, given.block | 0);
    return {
      ...given,
      block: next >>> 0,
      frame: given.frame + blocks * blockFrames,
      unixMs: nowMs - secondsOf(blocksBetween(consumed, next)) * 1_000,
    };
  }
}

/** Hands over what the device got, up to `limit`. */
function follow(writer: RecordingWriter, limit: number): void {
  while (!writer.isFull && writer.problem === undefined && blocksBetween(limit, next) > 0) {
    const most = Math.min(maxBlocksAtOnce, blocksBetween(limit, next));
    const samples = new Float32Array(most * blockSamples);
    let count = 0;
    while (count < most && ring.copy(next, samples, count * blockSamples)) {
      count++;
      next = (next + 1) | 0;
    }
    if (count > 0) {
      const whole = samples.subarray(skipFrames * channels, count * blockSamples);
      skipFrames = 0;
      frames += whole.length / channels;
      writer.write(whole);
    }
    if (count < most) lose(writer, limit);
  }
}

/** Passes over blocks that are not in the ring any more. */
function lose(writer: RecordingWriter, limit: number): void {
  const block = new Float32Array(blockSamples);
  const first = next;
  while (blocksBetween(limit, next) > 0 && !ring.copy(next, block)) next = (next + 1) | 0;
  const loss = { frame: frames, frames: blocksBetween(next, first) * blockFrames - skipFrames };
  skipFrames = 0;
  frames += loss.frames;
  lostFrames += loss.frames;
  writer.writeLoss(loss);
  report({ kind: "lost", ...loss });
}

function poll(): void {
  if (isBusy) return;
  if (writer === undefined) {
    const start = written ? given : firstKept();
    if (start !== undefined) {
      isBusy = true;
      void open(start).then(() => isBusy = false, (error: Error) => void finish(error.message));
    } else if (end !== undefined) void finish("");
    return;
  }
  follow(writer, end ?? memory.consumed());
  const isOver = end !== undefined && blocksBetween(end, next) <= 0;
  if (isOver || writer.problem !== undefined) void finish("");
}

async function finish(problem: string): Promise<void> {
  isBusy = true;
  clearInterval(polling);
  clearInterval(checking);
  await writer?.close();
  report({ kind: "ended", frames: writer?.written.frames ?? 0, problem: problem || (writer?.problem ?? "") });
}

parentPort!.on("message", ({ endBlock }: RecorderRequest) => {
  end = endBlock;
  poll();
});
const polling = setInterval(poll, pollMs);
const checking = setInterval(() => writer?.check(), checkMs);
poll();
