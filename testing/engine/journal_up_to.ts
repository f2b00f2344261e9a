import { blockRecordWords } from "../../engine/session/session_format.ts";
import { type JournalContent, readJournal } from "../../engine/state/read_journal.ts";
import { until } from "../until.ts";

/** The block after the last one that a journal holds; undefined: it holds none. */
function endOf({ parts }: JournalContent): number | undefined {
  const words = parts.findLast(({ type }) => type === "BLKS")?.words;
  return words && (words[0] + (words.length - 1) / blockRecordWords) | 0;
}

/** Waits until a journal holds every block before `block`, and copies its file. */
export async function copyJournal(journal: string, copy: string, block: number): Promise<void> {
  let found: boolean | undefined = false;
  await until(`a journal that ends before block ${block}`, () => {
    if (found === false) {
      found = undefined;
      isUpTo(journal, copy, block).then((isComplete) => found = isComplete);
    }
    return found === true;
  });
}

async function isUpTo(journal: string, copy: string, block: number): Promise<boolean> {
  await Deno.copyFile(journal, copy);
  return endOf(await readJournal(copy)) === block;
}
