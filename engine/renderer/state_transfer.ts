/**
 * The state that one patch takes over from another when they are exchanged while they play: the engine's own region, every stretch
 * of state that both have in the same shape, the values of parameters, and the commands that still wait for their time.
 * It follows from the two descriptions and the state alone, so all renderers, and a session rendered again, do the same.
 *
 * All renderers do it in the same block, so it must not take longer than a part of the lookahead. Delay lines, the one kind of
 * state that can be large, are taken over for voices that sound; what goes beyond {@link maxTakenOverBytes} begins empty.
 */
import type { PatchDescription, StateRegion } from "../../compiler/graph/compiled_patch.ts";
import { EntryField, instrumentShift, Opcode, opcodeMask } from "../log/command_log.ts";
import { maxTakenOverBytes } from "../memory/constants.ts";
import { blocksBetween } from "../memory/shared_memory.ts";
import { Host, type PatchInstance } from "./patch_instance.ts";
import { pendingEntry } from "./pending_queue.ts";

/** Stretches of state that `to` takes over from `from`, as pairs. */
export function sharedRegions(from: PatchDescription, to: PatchDescription): [StateRegion, StateRegion][] {
  const known = new Map(from.state.map((region) => [region.name, region]));
  return to.state.flatMap((region): [StateRegion, StateRegion][] => {
    const old = known.get(region.name);
    return old?.shape === region.shape && old.bytes === region.bytes ? [[old, region]] : [];
  });
}

/**
 * Brings a freshly initialised patch to where the playing one is.
 *
 * @param position of the command that asks for it: waiting commands before it mean the old patch and are translated
 */
export function takeOver(from: PatchInstance, to: PatchInstance, position: number): void {
  const { arena } = from.description;
  to.bytes.set(from.bytes.subarray(arena.hostOffset, arena.hostOffset + arena.hostBytes), to.host * 4);
  const shared = sharedRegions(from.description, to.description);
  for (const { source, target, bytes } of withinBudget(shared.flatMap((pair) => partsOf(from, pair)))) {
    to.bytes.set(from.bytes.subarray(source, source + bytes), target);
  }
  const taken = new Set(shared.map(([, { name }]) => name));
  const parameters = from.description.parameters.map(({ address }) =>
    to.description.parameters.findIndex((parameter) => parameter.address === address)
  );
  parameters.forEach((index, old) => {
    if (index < 0 || taken.has(`parameter ${to.description.parameters[index].address}`)) return;
    to.exports.set_parameter(index, inRange(to, index, from.exports.get_parameter(old)));
  });
  const instruments = from.description.instruments.map((name) => to.description.instruments.indexOf(name));
  translatePending(to, position, instruments, parameters);
}

/** A stretch of state that is taken over whole. */
interface Part {
  readonly source: number;
  readonly target: number;
  readonly bytes: number;
}

/** The parts of a region that the new patch needs: of delay lines, those of voices that sound. */
function partsOf({ words, description }: PatchInstance, [old, region]: [StateRegion, StateRegion]): Part[] {
  const voices = old.linesOf === undefined ? undefined : description.arena.voices?.[old.linesOf];
  if (voices === undefined) return [{ source: old.offset, target: region.offset, bytes: old.bytes }];
  const bytes = old.bytes / voices.groupCount;
  const sounds = (group: number) => {
    const lanes = (voices.offset + group * voices.groupBytes) / 4;
    return words.subarray(lanes, lanes + 4).some((word) => word !== 0);
  };
  return Array.from({ length: voices.groupCount }, (_, group) => group).filter(sounds)
    .map((group) => ({ source: old.offset + group * bytes, target: region.offset + group * bytes, bytes }));
}

/** As many parts as can be copied within one block, the smallest first. */
function withinBudget(parts: readonly Part[]): Part[] {
  let left = maxTakenOverBytes;
  return parts.toSorted((a, b) => a.bytes - b.bytes).filter(({ bytes }) => (left -= bytes) >= 0);
}

function inRange({ description }: PatchInstance, index: number, value: number): number {
  const { min, max } = description.parameters[index];
  return Math.min(max, Math.max(min, value));
}

/** Commands that name an instrument. */
const forInstrument: readonly number[] = [
  Opcode.noteOn,
  Opcode.noteOff,
  Opcode.pedal,
  Opcode.express,
  Opcode.expressAll,
  Opcode.silence,
];

/** Commands for an instrument or parameter that the new patch lacks become no-ops. */
function translatePending(
  to: PatchInstance,
  position: number,
  instruments: readonly number[],
  parameters: readonly number[],
): void {
  const { words, floats, host } = to;
  for (let at = words[host + Host.pending] - 1; at >= 0; at--) {
    const entry = pendingEntry(to, at);
    if (blocksBetween(words[entry + EntryField.position], position) >= 0) continue;
    const opcode = words[entry + EntryField.opcode] & opcodeMask;
    if (opcode === Opcode.set) {
      const index = parameters[words[entry + EntryField.target]] ?? -1;
      if (index < 0) words[entry + EntryField.opcode] = Opcode.none;
      else {
        words[entry + EntryField.target] = index;
        floats[entry + EntryField.value] = inRange(to, index, floats[entry + EntryField.value]);
      }
    } else if (forInstrument.includes(opcode)) {
      const index = instruments[words[entry + EntryField.opcode] >>> instrumentShift] ?? -1;
      words[entry + EntryField.opcode] = index < 0 ? Opcode.none : opcode | index << instrumentShift;
    }
  }
}
