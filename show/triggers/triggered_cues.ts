/** Cues that start without GO, by what starts them. Pure. */
import type { Show, Trigger } from "../file/show_file.ts";
import { keyedCues } from "../playing/compile_show.ts";

type Of<K extends string> = Extract<Trigger, Record<K, unknown>>;

/** One trigger and the key of its cue. */
export interface Triggered<T extends Trigger> {
  readonly key: string;
  readonly trigger: T;
}

export interface TriggeredCues {
  readonly clock: readonly Triggered<Of<"clock">>[];
  readonly timecode: readonly Triggered<Of<"timecode">>[];
  readonly midi: readonly Triggered<Of<"midiNote"> | Of<"midiProgram">>[];
  readonly inputs: readonly Triggered<Of<"silent"> | Of<"sounds">>[];
}

/** The triggers of all cues of a show, in the order of the list. */
export function triggeredCues(show: Pick<Show, "cues">): TriggeredCues {
  const all: Triggered<Trigger>[] = [...keyedCues(show.cues)]
    .flatMap(([cue, key]) => (cue.triggers ?? []).map((trigger) => ({ key, trigger })));
  return {
    clock: all.filter((each): each is Triggered<Of<"clock">> => "clock" in each.trigger),
    timecode: all.filter((each): each is Triggered<Of<"timecode">> => "timecode" in each.trigger),
    midi: all.filter((each): each is TriggeredCues["midi"][number] =>
      "midiNote" in each.trigger || "midiProgram" in each.trigger
    ),
    inputs: all.filter((each): each is TriggeredCues["inputs"][number] =>
      "silent" in each.trigger || "sounds" in each.trigger
    ),
  };
}

/** Keys of the cues that an input starts when it falls silent, or is back. */
export function cuesOfInput(
  { inputs }: Pick<TriggeredCues, "inputs">,
  input: string,
  isSilent: boolean,
): string[] {
  return inputs.filter(({ trigger }) =>
    "silent" in trigger ? isSilent && trigger.silent === input : !isSilent && trigger.sounds === input
  ).map(({ key }) => key);
}

/** Keys of the cues that a MIDI message starts: a note that begins, or a program change. */
export function cuesOfMidi({ midi }: TriggeredCues, status: number, first: number, second: number): string[] {
  const kind = status >> 4;
  const channel = (status & 15) + 1;
  return midi.filter(({ trigger }) => {
    if (trigger.midiChannel !== undefined && trigger.midiChannel !== channel) return false;
    return "midiNote" in trigger
      ? kind === 9 && second > 0 && trigger.midiNote === first
      : kind === 12 && trigger.midiProgram === first;
  }).map(({ key }) => key);
}
