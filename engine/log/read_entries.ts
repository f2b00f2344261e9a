import { logCapacity, logEntryWords } from "../memory/constants.ts";
import { blocksBetween } from "../memory/shared_memory.ts";
import { type CommandLog, EntryField, instrumentShift, type LogEntry, opcodeMask } from "./command_log.ts";

/** An entry and its place in the log. */
export interface PlacedEntry extends LogEntry {
  readonly position: number;
}

/** Entries of the log from a position up to its head that are still there, oldest first. Main isolate; allocates. */
export function readEntries(log: CommandLog, from: number): PlacedEntry[] {
  const words = new Int32Array(logEntryWords);
  const floats = new Float32Array(words.buffer);
  const entries: PlacedEntry[] = [];
  const oldest = (log.head - logCapacity + 1) | 0;
  const first = blocksBetween(from, oldest) < 0 ? oldest : from;
  for (let position = first; position !== log.head; position = (position + 1) | 0) {
    log.copyEntry(position, words, 0);
    if (words[EntryField.position] !== position) continue;
    const code = words[EntryField.opcode];
    entries.push({
      position,
      opcode: code & opcodeMask,
      instrument: code >>> instrumentShift,
      target: words[EntryField.target],
      value: floats[EntryField.value],
      extra: floats[EntryField.extra],
      ...(words[EntryField.when] === 2 && { isOfShow: true }),
      at: words[EntryField.when] !== 0
        ? { block: words[EntryField.block], frame: words[EntryField.frame] }
        : undefined,
    });
  }
  return entries;
}
