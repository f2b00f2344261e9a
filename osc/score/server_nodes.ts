import type { Command } from "../../engine/control/control.ts";
import type { MusicMethod } from "../methods/music_method.ts";
import { MessageRefusedError, numberOf } from "../packet/arguments.ts";
import type { OscArgument, OscMessage } from "../packet/codec.ts";

/** What the default SynthDef of SuperCollider plays where an event does not say. */
const defaults = { hz: 440, amp: 0.1 } as const;

/** Controls that are read otherwise, and names of an instrument's methods that are no parameters. */
const noParameters = "freq midinote amp velocity note off bend pressure timbre pedal".split(" ");

/**
 * Nodes of scsynth as notes: the events of SuperCollider's patterns start a SynthDef by its name with `freq` and `amp`, and end
 * it with `gate 0`. Where an instrument of the patch has that name, it plays the note. One for each score, in the order of time.
 */
export class ServerNodes {
  readonly #names: readonly string[];
  readonly #methods: ReadonlyMap<string, MusicMethod>;
  /** The instrument of each node that was started. */
  readonly #instruments = new Map<number, number>();

  /**
   * @param names of the patch's instruments
   * @param methods of the patch, by address
   */
  constructor(names: readonly string[], methods: ReadonlyMap<string, MusicMethod>) {
    this.#names = names;
    this.#methods = methods;
  }

  /** The commands of a message; undefined where it is not about a node. Throws {@link MessageRefusedError}. */
  read({ address, args }: OscMessage): readonly Command[] | undefined {
    switch (address) {
      case "/s_new":
        return this.#start(args);
      case "/n_set":
        return gateOf(args.slice(1)) === 0 ? this.#release(args[0]) : [];
      case "/n_free":
        return args.flatMap((id) => this.#release(id));
      default:
        return undefined;
    }
  }

  #start([name, node, _action, _target, ...controls]: readonly OscArgument[]): readonly Command[] {
    const wanted = name?.type === "s" ? name.value : "";
    const instrument = this.#names.indexOf(wanted);
    if (instrument < 0) {
      const known = this.#names.length === 0 ? "and the patch has no instrument" : this.#names.join(", ");
      throw new MessageRefusedError(
        `expected an instrument of the patch for the SynthDef, ${known}; found "${wanted.slice(0, 64)}"`,
      );
    }
    const id = node && numberOf(node);
    if (id === undefined || id !== (id | 0) || id < 0) {
      throw new MessageRefusedError("expected a node with an id: without one a note cannot be released");
    }
    this.#instruments.set(id, instrument);
    const values = valuesOf(controls);
    const number = values.get("midinote") ?? 69 + 12 * Math.log2((values.get("freq") ?? defaults.hz) / 440);
    if (!(number >= 0 && number <= 127)) {
      throw new MessageRefusedError(`freq: expected a note of 0 to 127, found ${number}`);
    }
    const velocity = Math.min(1, Math.max(0, values.get("velocity") ?? values.get("amp") ?? defaults.amp));
    const set = [...values].flatMap(([control, value]): readonly Command[] => {
      const method = noParameters.includes(control) ? undefined : this.#methods.get(`/${wanted}/${control}`);
      return method?.read([{ type: "d", value }]) ?? [];
    });
    return [...set, { kind: "noteOn", instrument, id, number, velocity }];
  }

  /** Releases a node that is a note; others are groups, or unknown. */
  #release(node: OscArgument | undefined): readonly Command[] {
    const id = node && numberOf(node);
    const instrument = id === undefined ? undefined : this.#instruments.get(id);
    if (id === undefined || instrument === undefined) return [];
    this.#instruments.delete(id);
    return [{ kind: "noteOff", instrument, id }];
  }
}

/** Controls by their names; those by an index, and values that are no numbers, are left out. */
function valuesOf(controls: readonly OscArgument[]): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (let at = 0; at + 1 < controls.length; at += 2) {
    const name = controls[at];
    const value = numberOf(controls[at + 1]);
    if (name.type === "s" && value !== undefined && Number.isFinite(value)) values.set(name.value, value);
  }
  return values;
}

function gateOf(controls: readonly OscArgument[]): number | undefined {
  return valuesOf(controls).get("gate");
}
