/**
 * Runs in a process of its own that may read the journal, nothing else: reads it, replays its end, and prints one line of JSON.
 * The sound files of its patch are not there: their place is silent, so the replay sounds otherwise, and ends all the same.
 */
import type { SampleList } from "../../compiler/graph/compiled_patch.ts";
import type { JournalCheck } from "./check_messages.ts";
import { journalDifference } from "./journal_difference.ts";
import { readJournal } from "./read_journal.ts";
import { resume } from "./resume.ts";

/** Why a start may not go on from a journal; undefined: it may. */
async function refusalOf({ journal, config, version, nowMs }: JournalCheck): Promise<string | undefined> {
  const content = await readJournal(journal);
  const difference = journalDifference(content.header, { config, version });
  if (difference !== undefined) return difference;
  const resumed = await resume({ content, config, nowMs, samplesOf: silentSamples, withoutFiles: true });
  if (resumed === undefined) return "the journal holds no block that was played";
}

function silentSamples({ bytes = 0 }: SampleList): Promise<WebAssembly.Memory> {
  const pages = bytes / 65_536;
  return Promise.resolve(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }));
}

/** Answers the request on standard input. */
export async function checkInProcess(): Promise<void> {
  const check = JSON.parse(await new Response(Deno.stdin.readable).text()) as JournalCheck;
  const refused = await refusalOf(check).catch((error: Error) =>
    `the journal cannot be used (${error.message})`
  );
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ refused })));
}

if (import.meta.main) await checkInProcess();
