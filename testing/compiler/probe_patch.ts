/** Patches whose samples say which notes sound, so that tests of voices can be read. */
import { definePatch, instrument, type Note } from "../../modules/patch.ts";
import type { Polyphony } from "../../compiler/graph/graph.ts";
import { feedback, integerFeedback } from "../../modules/signal/feedback.ts";
import { constant, type Signal } from "../../modules/signal/signal.ts";
import { table } from "../../modules/signal/table.ts";
import { PatchPlayer } from "../patch/patch_player.ts";
import type { Event } from "./random_patch.ts";

/** Frames that a released note of a probe sounds on. */
export const tailFrames = 200;

/** Frames after which a voice that gave way to another note is silent, at 48 kHz. */
export const fadeFrames = 240;

/** 1 while held and for {@link tailFrames} after, then 0. */
function probeEnvelope({ gate }: Note): Signal<"1"> {
  const left = integerFeedback(
    tailFrames,
    (previous) => gate.selectInteger(tailFrames + 1, previous.minus(1)),
  );
  return constant(0).isBelow(left.toFloat()).select(1, 0);
}

/** Numbers of the notes that sound. */
export interface Heard {
  readonly held: readonly number[];
  /** Released and not over. */
  readonly tail: readonly number[];
}

/** Notes 0 to 15, each a bit: on the left those that are held, on the right those that are released. */
export class Probe {
  constructor(readonly player: PatchPlayer) {}

  static async of(polyphony: Partial<Polyphony> = {}): Promise<Probe> {
    const bits = table(Array.from({ length: 16 }, (_, number) => 2 ** number));
    const patch = definePatch({
      name: "probe",
      instruments: {
        probe: instrument({
          ...polyphony,
          parameters: {},
          voice: (note) => {
            const bit = bits(note.number.toInteger());
            return {
              output: [bit.where(note.gate), bit.where(note.gate.not())],
              envelope: probeEnvelope(note),
            };
          },
        }),
      },
      parameters: {},
      output: ({ probe }) => probe,
    });
    return new Probe(await PatchPlayer.of(patch));
  }

  /** Notes named by their number, one after the other at the same moment. */
  strike(...numbers: readonly number[]): this {
    for (const number of numbers) this.player.on(number);
    return this;
  }

  release(...numbers: readonly number[]): this {
    for (const number of numbers) this.player.off(number);
    return this;
  }

  pedal(down: boolean): this {
    this.player.exports.pedal(0, down ? 1 : 0);
    return this;
  }

  /** Lets frames pass. */
  wait(frames: number): this {
    this.player.play(frames);
    return this;
  }

  /** What sounds in the next frame, where no number is played twice. */
  heard(): Heard {
    const [held, tail] = this.sums().map(notesIn);
    return { held, tail };
  }

  /** The same as sums of 2 to the power of each number, so that a number counts as often as it is played. */
  sums(): readonly [held: number, tail: number] {
    const [held, tail] = this.player.play(1);
    return [held, tail];
  }
}

function notesIn(sum: number): number[] {
  return Array.from({ length: 16 }, (_, number) => number).filter((number) => (sum & 2 ** number) !== 0);
}

/** A plain account of keys and pedal, to hold a probe against. */
export interface KeyAccount {
  on(id: number, number: number): void;
  off(id: number): void;
  pedal(down: boolean): void;
  panic(): void;
}

/** Tells a probe and the account of it what happens; what is no matter of keys is left out. */
export function tellBoth(probe: Probe, keyboard: KeyAccount, event: Event): void {
  if (event.do === "on") {
    const number = Math.min(15, Math.max(0, Math.floor(event.number / 8)));
    probe.player.on(event.id, number, event.velocity);
    if (event.velocity > 0) keyboard.on(event.id, number);
    else keyboard.off(event.id);
  } else if (event.do === "off") (probe.release(event.id), keyboard.off(event.id));
  else if (event.do === "pedal") (probe.pedal(event.down), keyboard.pedal(event.down));
  else if (event.do === "panic") (probe.player.exports.panic(), keyboard.panic());
}

/** Left: frames since the last trigger, from 1. Right: the note's number. One voice is meant to sound. */
export async function followProbe(polyphony: Partial<Polyphony>): Promise<PatchPlayer> {
  const patch = definePatch({
    name: "follow",
    instruments: {
      follow: instrument({
        ...polyphony,
        parameters: {},
        voice: (note) => {
          const since = feedback(0, (previous) => note.trigger.select(1, previous.plus(1)));
          return { output: [since, note.number.as("1")], envelope: probeEnvelope(note) };
        },
      }),
    },
    parameters: {},
    output: ({ follow }) => follow,
  });
  return await PatchPlayer.of(patch);
}
