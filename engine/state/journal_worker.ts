/** The entry of the journal's thread: it alone writes the file, and reads snapshots out of the shared memory. */
import { parentPort, workerData } from "node:worker_threads";
import { openNative } from "../../ffi/open_native.ts";
import { invariant } from "../../foundation/invariant.ts";
import { SharedMemory } from "../memory/shared_memory.ts";
import { JournalFile } from "./journal_file.ts";
import type { JournalReport, JournalRequest, JournalStart } from "./journal_messages.ts";

/** The file is brought to the disk this often: a power cut costs at most this and what the disk takes. */
const syncMs = 1_000;

/** What was written is on the disk within this. */
const maxSyncMs = 10_000;

const start = workerData as JournalStart;
invariant(start?.buffer instanceof SharedArrayBuffer, "journal: expected a shared memory");
const { symbols } = openNative(start.nativeLibrary);
symbols.us_schedule_behind(symbols.us_thread_id()); // it inherits the priority of the main isolate
const handled = new Int32Array(start.handled);
const file = new JournalFile(SharedMemory.attach(start.buffer), start.folder);
let failed = false;
let syncing: Promise<void> | undefined;
let snapshotting: Promise<void> | undefined;
/** The file holds the initial state and no block yet. */
let awaitsBlock = false;
let telling: Promise<void> | undefined;

const report = (message: JournalReport) => parentPort!.postMessage(message);

function fail(error: unknown): void {
  if (failed) return;
  failed = true;
  file.abandon();
  report({ kind: "failed", problem: error instanceof Error ? error.message : String(error) });
}

async function attempt(work: () => void | Promise<void>): Promise<void> {
  if (failed) return;
  try {
    await work();
  } catch (error) {
    fail(error);
  }
}

function carryOut(request: JournalRequest): Promise<void> | void {
  switch (request.kind) {
    case "begin":
      failed = awaitsBlock = false;
      return attempt(() =>
        file.begin(
          request.header,
          request.patches.map((payload) => new Uint8Array(payload)),
          request.held,
        )
      );
    case "chunk":
      void attempt(() => file.append(request.type, new Uint8Array(request.payload)));
      Atomics.add(handled, 0, request.payload.length);
      return tellOfBlock();
    case "snapshot":
      return snapshotting = attempt(async () =>
        report({ kind: "written", bytes: await file.snapshot(request.slot) })
      ).finally(() => {
        report({ kind: "returned" });
        awaitsBlock = request.slot === undefined;
        tellOfBlock();
      });
    case "close":
      return close(request.summary);
  }
}

/** Tells once of the first block behind the initial state. */
function tellOfBlock(): void {
  if (!awaitsBlock || !file.holdsBlock) return;
  awaitsBlock = false;
  telling = attempt(async () => {
    await sync();
    report({ kind: "played" });
  });
}

async function close(summary: Parameters<JournalFile["close"]>[0]): Promise<void> {
  clearInterval(timer);
  await Promise.all([syncing, snapshotting]);
  await telling;
  await attempt(() => file.close(summary));
  report({ kind: "closed" });
}

async function sync(): Promise<void> {
  const late = new Error(`the disk has not kept what was written within ${maxSyncMs / 1_000} s`);
  const timer = setTimeout(() => fail(late), maxSyncMs);
  await file.sync().finally(() => clearTimeout(timer));
}

parentPort!.on("message", (request: JournalRequest) => void carryOut(request));
const timer = setInterval(() => {
  syncing ??= attempt(sync).finally(() => syncing = undefined);
}, syncMs);
