/**
 * Reads a journal and replays its end in a process that may fall, before the main isolate does: a journal may exhaust the memory,
 * and the code of its patch may run without end. A process, because the runtime cannot always end a thread in an endless loop,
 * and such a thread stops the next garbage collection of all others (measured with 2.9.6). Main isolate, before the engine starts.
 */
import { confinedCommand, endConfined } from "../../foundation/confined_command.ts";
import { moduleCommand } from "../../foundation/module_command.ts";
import type { JournalCheck } from "./check_messages.ts";

/** First argument by which a compiled binary starts as the process that checks a journal. */
export const journalCheckRole = "journal-check";

/** What the process may take. */
export interface CheckLimits {
  readonly timeoutMs: number;
  /** Of all its threads together. */
  readonly processorSeconds: number;
  readonly heapMiB: number;
}

/**
 * A journal holds some ten seconds of sound, replayed faster than they last. The time is long beside the processor time, because
 * a busy machine is no reason to lose the state.
 */
const usualLimits: CheckLimits = { timeoutMs: 60_000, processorSeconds: 20, heapMiB: 256 };

/** All of its data: the shared memory of an engine among it, whose snapshots are as large as the largest patch. */
const maxDataMiB = 4_096;

/** Bytes of its answer that are read; an answer is a sentence. */
const maxAnswerBytes = 65_536;

/** Why a start may not go on from a journal; undefined: it may. */
export async function checkJournal(
  check: JournalCheck,
  limits: CheckLimits = usualLimits,
): Promise<string | undefined> {
  const process = confinedCommand(checkCommand(check.journal, limits.heapMiB), {
    ...{ maxDataMiB, maxProcessorSeconds: limits.processorSeconds, niceness: 0 },
    ...{ mayWriteFiles: false, stdin: "piped" },
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endConfined(process);
  }, limits.timeoutMs);
  try {
    const [answer, , { success, signal, code }] = await Promise.all([
      new Response(process.stdout).text(),
      new Response(process.stderr).arrayBuffer(),
      process.status,
      ask(process.stdin, check),
    ]);
    if (success && answer.length < maxAnswerBytes) return readAnswer(answer);
    const problem = isLate
      ? `did not end within ${limits.timeoutMs / 1_000} s`
      : `ended the process that did it: ${signal ?? `exit code ${code}`}`;
    return `the journal cannot be used (reading it and replaying its end ${problem})`;
  } finally {
    clearTimeout(timer);
    endConfined(process);
  }
}

function checkCommand(journal: string, maxHeapMiB: number): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath(), journalCheckRole];
  const module = new URL("./check_child.ts", import.meta.url);
  return moduleCommand({ module, maxHeapMiB, readable: journal, flags: ["--no-lock", "--no-check"] });
}

/** A process that has fallen does not read; its end tells. */
async function ask(stdin: WritableStream<Uint8Array>, check: JournalCheck): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(check))).catch(() => {});
  await writer.close().catch(() => {});
}

function readAnswer(answer: string): string | undefined {
  const { refused } = JSON.parse(answer) as { readonly refused?: string };
  return typeof refused === "string" ? refused : undefined;
}
