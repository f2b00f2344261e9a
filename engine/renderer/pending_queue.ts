/**
 * Commands that wait for their time, in the host region of a patch's arena, so that a snapshot carries them. In the order
 * in which they are due; equal times keep the order of the log. The queue moves on through its places as entries leave in
 * front, and back to the first when it reaches the end, so that commands which come in order of time, as they mostly do,
 * move nothing. Renderer threads; nothing allocates.
 */
import { invariant } from "../../foundation/invariant.ts";
import { firstPlayerWord, logEntryWords, pendingCapacity } from "../memory/constants.ts";
import { EntryField, Opcode, opcodeMask } from "../log/command_log.ts";
import { Host, type PatchInstance } from "./patch_instance.ts";

const places = Math.floor((firstPlayerWord - Host.queue) / logEntryWords);
invariant(places >= pendingCapacity, "pending queue: expected room for every command before the players");

/** Index of the first word of the entry that is due `at`-th next. */
export function pendingEntry({ words, host }: PatchInstance, at: number): number {
  return host + Host.queue + (words[host + Host.first] + at) * logEntryWords;
}

/** Takes the next entry off; it stays readable until another is inserted. Returns the index of its first word. */
export function takePending(instance: PatchInstance): number {
  const { words, host } = instance;
  const entry = pendingEntry(instance, 0);
  words[host + Host.first]++;
  words[host + Host.pending]--;
  return entry;
}

/** Inserts the entry that begins at `from` in `source`, behind all that are not due later. Throws RangeError when full. */
export function insertPending(instance: PatchInstance, source: Int32Array, from: number): void {
  const { words, host } = instance;
  const count = words[host + Host.pending];
  if (count >= pendingCapacity) {
    throw new RangeError(`pending queue: more than ${pendingCapacity} commands`);
  }
  if (words[host + Host.first] + count >= places) moveBack(instance, count);
  const at = countNotLater(instance, source[from + EntryField.block], source[from + EntryField.frame], count);
  const target = pendingEntry(instance, at);
  words.copyWithin(target + logEntryWords, target, pendingEntry(instance, count));
  for (let word = 0; word < logEntryWords; word++) words[target + word] = source[from + word];
  // one that does nothing has the same words whether it is suspended or quarantined: states are compared
  if ((words[target + EntryField.opcode] & opcodeMask) === Opcode.none) {
    words[target + EntryField.opcode] = Opcode.none;
  }
  words[host + Host.pending] = count + 1;
}

/** Drops everything. */
export function clearPending({ words, host }: PatchInstance): void {
  words[host + Host.pending] = 0;
}

/** Drops what is a part of a show and due at a block or later. */
export function retractPending(instance: PatchInstance, block: number): void {
  const { words, host } = instance;
  const count = words[host + Host.pending];
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const entry = pendingEntry(instance, at);
    if (words[entry + EntryField.when] === 2 && ((words[entry + EntryField.block] - block) | 0) >= 0) {
      continue;
    }
    if (kept !== at) words.copyWithin(pendingEntry(instance, kept), entry, entry + logEntryWords);
    kept++;
  }
  words[host + Host.pending] = kept;
}

/** How many entries are due at a time or before; the last is looked at first. */
function countNotLater(instance: PatchInstance, block: number, frame: number, count: number): number {
  const { words } = instance;
  let low = 0;
  let high = count;
  for (let at = count - 1; low < high; at = (low + high) >> 1) {
    const entry = pendingEntry(instance, at);
    const later = (words[entry + EntryField.block] - block) | 0 || words[entry + EntryField.frame] - frame;
    if (later > 0) high = at;
    else low = at + 1;
  }
  return low;
}

function moveBack(instance: PatchInstance, count: number): void {
  const { words, host } = instance;
  words.copyWithin(host + Host.queue, pendingEntry(instance, 0), pendingEntry(instance, count));
  words[host + Host.first] = 0;
}
