/**
 * An event of TidalCycles, as its client sends it to SuperDirt: pairs of name and value. What SuperDirt means by a name is
 * kept where this engine has the like: notes and their lengths, loudness, pitch, cut groups, and the parameters of the
 * instrument. Events are independent: a parameter that one sets has its former value again at the next without it.
 */
import { type Command, type EngineControl, expressionRanges } from "../../engine/control/control.ts";
import { MessageRefusedError, numberOf } from "../packet/arguments.ts";
import type { OscArgument } from "../packet/packet.ts";
import type { LaterCommands } from "./method.ts";

/** The engine as an event sees it. */
export type DirtTarget = Pick<EngineControl, "parameters" | "instruments" | "parameterValue">;

type Parameter = DirtTarget["parameters"][number];

/** Sounds of drum kits by the names of SuperDirt's samples, of drum machines and of our files, on General MIDI's keys. */
const drumKeys: Readonly<Record<string, number>> = {
  ...{ bd: 36, kick: 36, sn: 38, sd: 38, snare: 38, rm: 37, rs: 37, rim: 37, cp: 39, clap: 39, snap: 39 },
  ...{ hh: 42, ch: 42, hc: 42, hat: 42, oh: 46, ho: 46, hh27: 44, ph: 44, lt: 41, mt: 45, tom: 45, ht: 50 },
  ...{ cr: 49, crash: 49, cy: 49, cb: 56, cowbell: 56 },
};

/** Instruments that play a kit on those keys, the first that the patch has. */
const kitNames: readonly string[] = ["kit", "drums"];

/** SuperDirt's names of effects, and the parameter of an instrument that is the like of each. */
const likeParameters: Readonly<Record<string, string>> = {
  begin: "start",
  cutoff: "cutoffHz",
  lpf: "cutoffHz",
  resonance: "q",
  attack: "attackSeconds",
  decay: "decaySeconds",
  release: "releaseSeconds",
};

/** Names that are read here, or say something that means nothing for the sound. */
const readNames = (
  "s sound n note midinote freq octave gain overgain amp velocity speed legato clip sustain delta cps cycle cut orbit _id_ " +
  "nudge hcps"
).split(" ");

/** SuperDirt's defaults. */
const defaults = { octave: 5, gain: 1, amp: 0.4, deltaSeconds: 1 } as const;

/** Velocity of an event of SuperDirt's default level. */
const usualVelocity = 0.8;

/** Shortest note: its end must lie in another block than its beginning. */
const minNoteMs = 10;

/** Longest note. */
const maxNoteMs = 3_600_000;

/** Ids of these notes, far from those that other senders use. */
const firstId = 0x4000_0000;
const lastId = 0x7FFF_FFFF;

/** Cut groups that are remembered; beyond, they are forgotten, and their last notes end by themselves. */
const maxCutGroups = 1_024;

/** The commands of an event. */
export interface DirtCommands {
  readonly commands: readonly Command[];
  readonly later: readonly LaterCommands[];
  /** Names and words of the event that mean nothing here, each with the reason. */
  readonly unknown: readonly string[];
}

/** Events come as long before their time at most, so that a value which was set back may not hold yet. */
const maxAheadMs = 5_000;

/** The value of a parameter before an event set it. */
interface Former {
  readonly value: number;
  /** Whether the last event set the parameter, or set it back. */
  isSet: boolean;
  /** When it was set back, on a monotonic clock. */
  setBackMs: number;
}

interface Note {
  readonly instrument: number;
  readonly id: number;
}

/** What events have in common: ids, cut groups, and parameters that were set. Main isolate. */
export class DirtEvents {
  readonly #target: DirtTarget;
  #nextId = firstId;
  readonly #cut = new Map<string, Note>();
  /** Values before an event set them, by instrument and parameter. */
  readonly #former = new Map<number, Map<number, Former>>();
  readonly #nowMs: () => number;

  /** @param nowMs a monotonic clock */
  constructor(target: DirtTarget, nowMs: () => number) {
    this.#target = target;
    this.#nowMs = nowMs;
  }

  /** Reads the pairs of an event. Throws {@link MessageRefusedError} where it is none, or names nothing that the patch has. */
  read(args: readonly OscArgument[]): DirtCommands {
    const event = pairsOf(args);
    const numberAt = (name: string) => {
      const value = event.get(name);
      const number = value === undefined ? undefined : numberOf(value);
      return number !== undefined && Number.isFinite(number) ? number : undefined;
    };
    const [name, variant] = soundOf(event);
    const { instrument, key } = this.#instrumentOf(name);
    const owner = this.#target.instruments[instrument];
    const unknown: string[] = [];
    const number = key ?? pitchOf(numberAt, variant);
    if (!(number >= 0 && number <= 127)) {
      throw new MessageRefusedError(`note: expected a number of 0 to 127, found ${number}`);
    }
    const commands = this.#parameters(event, { instrument, owner, numberAt, unknown });
    const note = { instrument, id: this.#takeId() };
    const cut = this.#cutOff(numberAt("cut") ?? 0, numberAt("orbit") ?? 0, note);
    if (cut !== undefined) commands.push(cut);
    commands.push({ kind: "noteOn", ...note, number, velocity: velocityOf(numberAt) });
    const bend = bendOf(numberAt("speed") ?? 1, unknown);
    if (bend !== 0) commands.push({ kind: "express", ...note, what: "bend", value: bend });
    const later = [{ afterMs: lengthMsOf(numberAt), commands: [{ kind: "noteOff", ...note } as const] }];
    return { commands, later, unknown };
  }

  /** Another patch plays: what was remembered of instruments and parameters is another's. */
  followPatch(): void {
    this.#cut.clear();
    this.#former.clear();
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId = id === lastId ? firstId : id + 1;
    return id;
  }

  /** The instrument of a sound: by its own name, `super` before it, or as a drum of the patch's kit. */
  #instrumentOf(name: string | undefined): { instrument: number; key?: number } {
    const { instruments } = this.#target;
    if (instruments.length === 0) throw new MessageRefusedError("the patch has no instrument");
    if (name === undefined) return { instrument: 0 };
    for (const wanted of [name, name.replace(/^super/, "")]) {
      const instrument = instruments.indexOf(wanted);
      if (instrument >= 0) return { instrument };
    }
    const kit = kitNames.map((each) => instruments.indexOf(each)).find((index) => index >= 0);
    const key = Object.hasOwn(drumKeys, name) ? drumKeys[name] : undefined;
    if (kit !== undefined && key !== undefined) return { instrument: kit, key };
    const drums = kit === undefined ? "" : `, or a drum: ${Object.keys(drumKeys).join(", ")}`;
    throw new MessageRefusedError(
      `s: expected an instrument of the patch, ${instruments.join(", ")}${drums}; found ${name.slice(0, 64)}`,
    );
  }

  /** Sets what an event says of the instrument, and sets back what it does not say and an earlier one did. */
  #parameters(
    event: ReadonlyMap<string, OscArgument>,
    { instrument, owner, numberAt, unknown }: {
      readonly instrument: number;
      readonly owner: string;
      readonly numberAt: (name: string) => number | undefined;
      readonly unknown: string[];
    },
  ): Command[] {
    const former = this.#former.get(instrument) ?? new Map<number, Former>();
    this.#former.set(instrument, former);
    const values = new Map<number, number>();
    for (const name of event.keys()) {
      if (readNames.includes(name)) continue;
      const parameter = this.#parameterOf(name, owner);
      const value = numberAt(name);
      if (parameter === undefined) {
        if (!isNeutral(name, value)) unknown.push(`${name}: ${owner} has no parameter of this name`);
      } else if (value === undefined) {
        unknown.push(`${name}: expected a number, found a text or a control bus`);
      } else values.set(parameter, valueFor(name, value, this.#target.parameters[parameter]));
    }
    const nowMs = this.#nowMs();
    const commands: Command[] = [];
    for (const [parameter, before] of former) {
      if (!before.isSet || values.has(parameter)) continue;
      commands.push({ kind: "set", parameter, value: before.value });
      before.isSet = false;
      before.setBackMs = nowMs;
    }
    for (const [parameter, value] of values) {
      commands.push({ kind: "set", parameter, value });
      if (!this.#target.parameters[parameter].address.startsWith(`${owner}/`)) continue;
      const before = former.get(parameter);
      if (before && (before.isSet || nowMs - before.setBackMs < maxAheadMs)) before.isSet = true;
      else {
        const held = this.#target.parameterValue(parameter);
        if (held !== undefined) former.set(parameter, { value: held, isSet: true, setBackMs: 0 });
      }
    }
    return commands;
  }

  /** The parameter that a name means: one of the instrument, its like, or one of the patch by its whole address. */
  #parameterOf(name: string, owner: string): number | undefined {
    const like = Object.hasOwn(likeParameters, name) ? likeParameters[name] : name;
    const wanted = [`${owner}/${name}`, `${owner}/${like}`, name];
    const found = this.#target.parameters.findIndex(({ address }) => wanted.includes(address));
    return found < 0 ? undefined : found;
  }

  /** Releases the last note of a cut group, and remembers the new one. */
  #cutOff(group: number, orbit: number, note: Note): Command | undefined {
    if (group === 0) return undefined;
    const key = `${orbit} ${Math.abs(group)} ${group < 0 ? note.instrument : ""}`;
    const last = this.#cut.get(key);
    if (this.#cut.size >= maxCutGroups) this.#cut.clear();
    this.#cut.set(key, note);
    return last && { kind: "noteOff", ...last };
  }
}

function pairsOf(args: readonly OscArgument[]): ReadonlyMap<string, OscArgument> {
  if (args.length === 0 || args.length % 2 !== 0) {
    throw new MessageRefusedError(`expected pairs of name and value, found ${args.length} arguments`);
  }
  const pairs = new Map<string, OscArgument>();
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at];
    if (name.type !== "s") {
      throw new MessageRefusedError(`argument ${at + 1}: expected a name, found ,${name.type}`);
    }
    pairs.set(name.value, args[at + 1]);
  }
  return pairs;
}

/** Name and number of a sound: `s "bd"`, or `sound "bd:3"`, whose number is that of `n`. */
function soundOf(event: ReadonlyMap<string, OscArgument>): [string | undefined, number] {
  const argument = event.get("s") ?? event.get("sound");
  if (argument?.type !== "s") return [undefined, 0];
  const [name, variant] = argument.value.split(":");
  return [name, variant === undefined || Number.isNaN(Number(variant)) ? 0 : Number(variant)];
}

type NumberAt = (name: string) => number | undefined;

/** SuperDirt's number of a note: `midinote`, or `freq`, or semitones above the octave; for instruments `n` is `note`. */
function pitchOf(numberAt: NumberAt, variant: number): number {
  const midinote = numberAt("midinote");
  if (midinote !== undefined) return midinote;
  const hz = numberAt("freq");
  if (hz !== undefined && hz > 0) return 69 + 12 * Math.log2(hz / 440);
  return (numberAt("note") ?? numberAt("n") ?? variant) + 12 * (numberAt("octave") ?? defaults.octave);
}

/** SuperDirt's level, `amp * (gain + overgain)^4` with at most 2 of gain, or a velocity that is scaled by it. */
function velocityOf(numberAt: NumberAt): number {
  const gain = Math.min(2, numberAt("gain") ?? defaults.gain) + (numberAt("overgain") ?? 0);
  const level = Math.max(0, gain) ** 4 * (numberAt("amp") ?? defaults.amp) / defaults.amp;
  return Math.max(0, Math.min(1, (numberAt("velocity") ?? usualVelocity) * level));
}

/** Semitones by which a speed raises the pitch. */
function bendOf(speed: number, unknown: string[]): number {
  if (speed === 1) return 0;
  if (speed <= 0) {
    unknown.push("speed: sounds are played forwards");
    if (speed === 0) return 0;
  }
  const { min, max } = expressionRanges.bend;
  return Math.max(min, Math.min(max, 12 * Math.log2(Math.abs(speed))));
}

/** `sustain` in seconds, or the time to the next event, of which `legato`, also named `clip`, is a share. */
function lengthMsOf(numberAt: NumberAt): number {
  const seconds = numberAt("sustain") ??
    (numberAt("delta") ?? defaults.deltaSeconds) * (numberAt("legato") ?? numberAt("clip") ?? 1);
  return Math.max(minNoteMs, Math.min(maxNoteMs, seconds * 1_000));
}

/** Whether a value leaves the sound as it is, so that nothing is missing when it is left out. */
function isNeutral(name: string, value: number | undefined): boolean {
  const neutral: Readonly<Record<string, number>> = { pan: 0.5, begin: 0, end: 1, room: 0, delay: 0 };
  return Object.hasOwn(neutral, name) && neutral[name] === value;
}

/** The value of a parameter: SuperDirt's pan goes from 0 to 1, its resonance too, all others are in the parameter's unit. */
function valueFor(name: string, value: number, { address, min, max }: Parameter): number {
  const isLike = !address.endsWith(`/${name}`);
  let meant = value;
  if (name === "pan" && min < 0) meant = min + (max - min) * value;
  else if (name === "resonance" && isLike) meant = 1_000 ** value;
  return Math.max(min, Math.min(max, meant));
}
