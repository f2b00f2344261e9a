/**
 * Whether the parts of a show fit together and everything is there that it needs: all in one list. What a field may hold by itself
 * was checked when the show was read.
 */
import { nearest } from "../../foundation/nearest.ts";
import { compileShow, cueTitle, type Media } from "./compile_show.ts";
import type { CueList } from "./cue_list.ts";
import { cueSound } from "./cue_sound.ts";
import { follower } from "./cue_order.ts";
import { isBesideShow } from "../file/beside_show.ts";
import { quote } from "../file/explain_issue.ts";
import { leastFrames, loopsWithoutTime } from "./loops_without_time.ts";
import type { ReadShow } from "../file/read_show.ts";
import type { Cue, Show } from "../file/show_file.ts";
import { readTimecode, timecodeRates } from "../../timecode/timecode.ts";
import type { ShowProblem } from "../file/show_problem.ts";

/** Cues of a circle that a message names. */
const maxNamed = 8;

/** What is known of a file that a show names: its length, or why it cannot be played. */
export type FileFacts = Media | { readonly problem: string };

export interface ShowFacts {
  readonly sampleRateHz: number;
  /** Sound files by the names that the show gives them. */
  readonly files: Readonly<Record<string, FileFacts>>;
  /** Why patches cannot be loaded, by their names; one that is not there is right. */
  readonly patches: Readonly<Record<string, string>>;
  /** Channels of the device, and those that it captures; omitted: not known. */
  readonly channels?: number;
  readonly inputChannels?: number;
}

/** Problems of a show that was read, those of its text first in their places. */
export function checkShow(read: ReadShow, facts: ShowFacts): ShowProblem[] {
  const { show } = read;
  if (show === undefined) return [...read.problems];
  const check = new Check(read, show, facts);
  check.run();
  return [...read.problems, ...check.problems]
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

type Of<K extends Cue["kind"]> = Extract<Cue, { kind: K }>;
type Path = readonly (string | number)[];

class Check {
  readonly problems: ShowProblem[] = [];
  readonly #numbers = new Map<string, Cue>();
  /** Groups before their cues. */
  readonly #all: Cue[] = [];

  constructor(readonly read: ReadShow, readonly show: Show, readonly facts: ShowFacts) {}

  run(): void {
    const visit = (cue: Cue) => {
      this.#all.push(cue);
      if (cue.kind === "group") cue.group.forEach(visit);
    };
    this.show.cues.forEach(visit);
    for (const cue of this.#all) this.#checkNumber(cue);
    for (const cue of this.#all) this.#checkCue(cue);
    if (this.read.isHeadWhole) {
      for (const cue of this.#all) this.#checkTriggers(cue);
      this.#checkOutputs();
      this.#checkInputs();
    }
    if (this.show.patch !== undefined) this.#checkPatch(this.show.patch, undefined, ["patch"]);
    if (this.#all.length === 0 && this.read.problems.length === 0) {
      this.#warn(undefined, ["cues"], "the show has no cues");
    }
    this.#checkTime();
  }

  #mistake(cue: Cue | undefined, path: Path, text: string): void {
    this.#add("mistake", cue, path, text);
  }

  #warn(cue: Cue | undefined, path: Path, text: string): void {
    this.#add("warning", cue, path, text);
  }

  #add(severity: ShowProblem["severity"], cue: Cue | undefined, path: Path, text: string): void {
    const label = cue === undefined ? "" : `${labelOf(cue)}: `;
    this.problems.push({ severity, ...this.read.placeOf(cue, ...path), text: label + text });
  }

  #checkNumber(cue: Cue): void {
    if (cue.number === undefined) return;
    const first = this.#numbers.get(cue.number);
    if (cue.number === "all") this.#mistake(cue, ["number"], '"all" means every cue; give it another number');
    if (first === undefined) this.#numbers.set(cue.number, cue);
    else {
      const { line } = this.read.placeOf(first);
      this.#mistake(
        cue,
        ["number"],
        `the number is that of the cue in line ${line}; give one of them another`,
      );
    }
  }

  #checkCue(cue: Cue): void {
    switch (cue.kind) {
      case "play":
        return this.#checkPlay(cue);
      case "timecode":
        return this.#checkTimecode(cue);
      case "patch":
        return this.#checkPatch(cue.patch, cue, ["patch"]);
      case "fade":
        return this.#checkFade(cue);
      case "stop":
      case "pause":
      case "resume": {
        const target = (cue as unknown as Record<string, string>)[cue.kind];
        if (target !== "all") this.#target(cue, target);
        return;
      }
      case "start":
        this.#target(cue, cue.start);
        return;
      case "goTo":
        this.#target(cue, cue.goTo);
        return;
      case "arm":
        this.#target(cue, cue.arm);
        return;
      case "disarm":
        this.#target(cue, cue.disarm);
        return;
      case "devamp":
        return this.#checkDevamp(cue);
      case "osc":
        return this.#checkDestination(cue, "host");
      case "midi":
        return this.#checkMidi(cue);
      case "group":
        return this.#checkGroup(cue);
      case "note":
      case "wait":
      case "memo":
        return;
    }
  }

  /** The cue that a number means; a number that no cue has is reported. */
  #target(cue: Cue, number: string): Cue | undefined {
    const found = this.#numbers.get(number);
    if (found !== undefined || this.read.leftOut.includes(number)) return found;
    const known = [...this.#numbers.keys()];
    const remedy = known.length === 0
      ? "no cue has a number yet; number the one that is meant"
      : `did you mean ${quote(nearest(number, known))}?`;
    this.#mistake(cue, [cue.kind], `there is no cue ${quote(number)}; ${remedy}`);
    return undefined;
  }

  #checkFade(cue: Of<"fade">): void {
    if (cue.fade.startsWith("/")) {
      if (cue.to === undefined) this.#mistake(cue, ["fade"], "expected the value at its end; add `to`");
      if (cue.toDb !== undefined) {
        this.#mistake(cue, ["toDb"], "a parameter has a value and no level; write `to`");
      }
      if (cue.thenStop) this.#mistake(cue, ["thenStop"], "a parameter cannot be stopped; remove it");
      return;
    }
    if (cue.to !== undefined) this.#mistake(cue, ["to"], "a cue has a level; write `toDb`");
    else if (cue.toDb === undefined && !cue.thenStop) {
      this.#mistake(cue, ["fade"], "expected the level at its end; add `toDb`, or `thenStop` to fade it out");
    }
    const target = this.#target(cue, cue.fade);
    if (target !== undefined && !hasSound(target)) {
      this.#mistake(cue, ["fade"], `${labelOf(target)} plays no file, so it has no level to fade`);
    }
  }

  #checkDevamp(cue: Of<"devamp">): void {
    const target = this.#target(cue, cue.devamp);
    if (target === undefined) return;
    if (!hasSound(target)) {
      this.#mistake(cue, ["devamp"], `${labelOf(target)} plays no file, so it has no loop`);
    } else if (target.kind === "play" && target.loops === 1 && target.slices.length === 0) {
      this.#warn(
        cue,
        ["devamp"],
        `${labelOf(target)} has neither loops nor slices, so it has nothing to leave`,
      );
    }
  }

  #checkDestination(cue: Of<"osc"> | Of<"midi">, field: "host" | "midiPort"): void {
    if (!this.read.isHeadWhole) return;
    const { destinations } = this.show;
    const fitting = Object.keys(destinations).filter((name) => field in destinations[name]);
    const noun = field === "host" ? "a host" : "a MIDI port";
    if (cue.to === undefined) {
      if (fitting.length === 1) return;
      const remedy = fitting.length === 0
        ? `add one to \`destinations\`, such as { "desk": ${
          field === "host"
            ? '{ "host": "192.168.1.20", "port": 8000 }'
            : '{ "midiPort": "system:midi_playback_1" }'
        } }`
        : `say \`to\`, one of ${fitting.join(", ")}`;
      this.#mistake(
        cue,
        [cue.kind],
        `expected one destination with ${noun}, found ${fitting.length}; ${remedy}`,
      );
    } else if (!fitting.includes(cue.to)) {
      const remedy = fitting.length === 0
        ? "add it to `destinations`"
        : `did you mean ${quote(nearest(cue.to, fitting))}?`;
      this.#mistake(cue, ["to"], `there is no destination ${quote(cue.to)} with ${noun}; ${remedy}`);
    }
  }

  #checkGroup(cue: Of<"group">): void {
    if (cue.mode !== "playlist") {
      if (cue.loops !== 1) {
        this.#mistake(cue, ["loops"], `only a playlist has rounds; this group is ${quote(cue.mode)}`);
      }
      if (cue.shuffle) {
        this.#mistake(cue, ["shuffle"], `only a playlist is shuffled; this group is ${quote(cue.mode)}`);
      }
      if (cue.crossfadeSeconds > 0) {
        this.#mistake(
          cue,
          ["crossfadeSeconds"],
          `only a playlist crossfades; this group is ${quote(cue.mode)}`,
        );
      }
    }
    if (cue.mode !== "simultaneous" && cue.mode !== "random") return;
    for (const child of cue.group) {
      if (child.continue === "none") continue;
      this.#warn(child, ["continue"], `nothing follows a cue of a ${cue.mode} group; remove \`continue\``);
    }
  }

  /** One whole message: a status, and as many data bytes as it has. */
  #checkMidi(cue: Of<"midi">): void {
    this.#checkDestination(cue, "midiPort");
    const [status, ...data] = cue.midi;
    if (status < 0x80) {
      return this.#mistake(cue, ["midi", 0], `expected a status byte, 128 to 255, found ${status}`);
    }
    const isExclusive = status === 0xF0;
    if (isExclusive && data.at(-1) !== 0xF7) {
      return this.#mistake(cue, ["midi"], "expected 247 at the end of a message that begins with 240");
    }
    const inner = isExclusive ? data.slice(0, -1) : data;
    const wrong = inner.findIndex((byte) => byte > 0x7F);
    if (wrong >= 0) {
      const found = `found ${inner[wrong]}; a cue sends one message`;
      return this.#mistake(cue, ["midi", wrong + 1], `expected a data byte, 0 to 127, ${found}`);
    }
    const wanted = dataBytesOf(status);
    if (isExclusive || data.length === wanted) return;
    const bytes = wanted === 0 ? "no data byte" : wanted === 1 ? "1 data byte" : `${wanted} data bytes`;
    this.#mistake(cue, ["midi"], `expected ${bytes} behind ${status}, found ${data.length}`);
  }

  #checkPlay(cue: Of<"play">): void {
    const rate = this.facts.sampleRateHz;
    if (!isBesideShow(cue.play)) {
      const remedy = "expected a file beside the show or below; copy it there, or make a link to it there";
      return this.#mistake(cue, ["play"], `${cue.play}: ${remedy}`);
    }
    const file = Object.hasOwn(this.facts.files, cue.play) ? this.facts.files[cue.play] : undefined;
    if (file !== undefined && "problem" in file) {
      // a cue without number and name is called by its file
      const isNamed = cue.number !== undefined || cue.name !== undefined;
      this.#mistake(cue, ["play"], isNamed ? `${cue.play}: ${file.problem}` : file.problem);
    }
    const media = file !== undefined && !("problem" in file) ? file : undefined;
    const length = media?.frames === undefined ? Infinity : media.frames / rate;
    const range = (seconds: number, path: Path, what: string) => {
      if (seconds <= length) return;
      this.#mistake(cue, path, `${what} is at ${seconds} s, and ${cue.play} is ${length.toFixed(3)} s long`);
    };
    if (cue.startSeconds >= length) {
      this.#mistake(
        cue,
        ["startSeconds"],
        `begins at ${cue.startSeconds} s, and ${cue.play} is ${length.toFixed(3)} s long`,
      );
    }
    if (cue.endSeconds !== undefined) {
      if (cue.endSeconds <= cue.startSeconds) {
        this.#mistake(
          cue,
          ["endSeconds"],
          `ends at ${cue.endSeconds} s, and begins at ${cue.startSeconds} s`,
        );
      }
      range(cue.endSeconds, ["endSeconds"], "its end");
    }
    if (cue.loops !== 1 && cue.slices.length > 0) {
      this.#mistake(cue, ["loops"], "a cue has loops or slices; give the slices a `count`");
    }
    let at = cue.startSeconds;
    for (const [index, { startSeconds, endSeconds }] of cue.slices.entries()) {
      const path = ["slices", index];
      if (startSeconds < at) {
        const before = index === 0 ? "the beginning of the cue" : "the end of the slice before it";
        this.#mistake(
          cue,
          path,
          `slice ${index + 1} begins at ${startSeconds} s, before ${before} at ${at} s`,
        );
      }
      if (endSeconds <= startSeconds) {
        this.#mistake(
          cue,
          path,
          `slice ${index + 1} ends at ${endSeconds} s, and begins at ${startSeconds} s`,
        );
      }
      range(endSeconds, path, `the end of slice ${index + 1}`);
      at = Math.max(at, endSeconds);
    }
    if (cue.endSeconds !== undefined && at > cue.endSeconds) {
      this.#mistake(
        cue,
        ["slices"],
        `the last slice ends at ${at} s, behind the end of the cue at ${cue.endSeconds} s`,
      );
    }
    if (this.read.isHeadWhole) this.#checkRoutes(cue, media);
  }

  #checkTimecode(cue: Of<"timecode">): void {
    if (readTimecode(cue.timecode, timecodeRates[cue.rate]) === undefined) {
      const text = `there is no timecode ${cue.timecode} at ${cue.rate} frames a second`;
      this.#mistake(cue, ["timecode"], text);
    }
    if (cue.outputs === undefined) {
      this.#mistake(cue, ["timecode"], "expected where it goes; add `outputs`");
    } else if (this.read.isHeadWhole) this.#checkRoutes(cue, { channels: 1 });
  }

  #checkRoutes(cue: Of<"play"> | Of<"timecode">, media: Media | undefined): void {
    const { outputs, routings } = this.show;
    const names = Object.keys(outputs);
    const known = names.length === 0 ? ["main"] : names;
    if (cue.outputs?.length === 0) {
      this.#mistake(cue, ["outputs"], "expected at least one output; nobody would hear it");
    }
    for (const [index, wanted] of (cue.outputs ?? []).entries()) {
      const name = typeof wanted === "string" ? wanted : wanted.output;
      const isPreset = typeof wanted === "string" && Object.hasOwn(routings, wanted);
      if (!isPreset && !known.includes(name)) {
        const candidates = typeof wanted === "string" ? [...known, ...Object.keys(routings)] : known;
        this.#mistake(
          cue,
          ["outputs", index],
          `there is no output ${quote(name)}; did you mean ${quote(nearest(name, candidates))}?`,
        );
      }
      if (typeof wanted !== "string") this.#checkRoute(wanted, cue, ["outputs", index], media);
    }
    const width = known.length === 0 || names.length === 0 ? 2 : outputs[names[0]].buses.length;
    if (cue.outputs === undefined && media !== undefined && media.channels > width) {
      this.#warn(
        cue,
        [cue.kind],
        `${cueSound(cue)} has ${media.channels} channels, and the output ${
          known[0]
        } has ${width}; the rest is silent`,
      );
    }
  }

  #checkRoute(
    { output, from, to }: { readonly output: string; readonly from?: number; readonly to?: number },
    cue: Cue | undefined,
    path: Path,
    media?: Media,
  ): void {
    const found = Object.hasOwn(this.show.outputs, output) ? this.show.outputs[output] : undefined;
    if (to !== undefined && found !== undefined && to > found.buses.length) {
      this.#mistake(
        cue,
        [...path, "to"],
        `the output ${output} has ${found.buses.length} channels, found ${to}`,
      );
    }
    if (from !== undefined && media !== undefined && from > media.channels) {
      this.#mistake(cue, [...path, "from"], `the file has ${media.channels} channels, found ${from}`);
    }
  }

  #checkOutputs(): void {
    const { outputs, routings } = this.show;
    const { channels } = this.facts;
    for (const [name, { buses }] of Object.entries(outputs)) {
      const beyond = buses.filter((bus) => channels !== undefined && bus > channels);
      if (beyond.length > 0) {
        const text = `output ${name}: bus ${
          beyond.join(", ")
        } has no channel of the device, which has ${channels}`;
        this.#warn(undefined, ["outputs", name], `${text}; set UNDERSTUDY_CHANNELS`);
      }
      const twice = buses.find((bus, index) => buses.indexOf(bus) !== index);
      if (twice !== undefined) {
        this.#mistake(undefined, ["outputs", name], `output ${name}: bus ${twice} stands twice`);
      }
    }
    for (const [name, routes] of Object.entries(routings)) {
      if (Object.hasOwn(outputs, name)) {
        this.#mistake(
          undefined,
          ["routings", name],
          `${name} is an output and a routing; give one another name`,
        );
      }
      for (const [index, route] of routes.entries()) {
        const path = ["routings", name, index];
        this.#checkRoute(route, undefined, path);
        if (Object.hasOwn(outputs, route.output)) continue;
        const names = Object.keys(outputs);
        const remedy = names.length === 0
          ? "add it to `outputs`"
          : `did you mean ${quote(nearest(route.output, names))}?`;
        this.#mistake(
          undefined,
          path,
          `routing ${name}: there is no output ${quote(route.output)}; ${remedy}`,
        );
      }
    }
  }

  /** Triggers name inputs that the show has. */
  #checkTriggers(cue: Cue): void {
    const names = Object.keys(this.show.inputs);
    for (const [index, trigger] of (cue.triggers ?? []).entries()) {
      const input = "silent" in trigger ? trigger.silent : "sounds" in trigger ? trigger.sounds : undefined;
      if (input === undefined || names.includes(input)) continue;
      const remedy = names.length === 0
        ? `add it to \`inputs\`, such as { ${quote(input)}: { "channels": [1, 2] } }`
        : `did you mean ${quote(nearest(input, names))}?`;
      this.#mistake(cue, ["triggers", index], `there is no input ${quote(input)}; ${remedy}`);
    }
  }

  #checkInputs(): void {
    const { inputChannels } = this.facts;
    if (inputChannels === undefined) return;
    for (const [name, { channels }] of Object.entries(this.show.inputs)) {
      const beyond = channels.filter((channel) => channel > inputChannels);
      if (beyond.length === 0) continue;
      const captured = inputChannels === 0 ? "nothing is captured" : `${inputChannels} are captured`;
      const text = `input ${name}: there is no channel ${beyond.join(", ")}, because ${captured}`;
      this.#warn(
        undefined,
        ["inputs", name],
        `${text}; set UNDERSTUDY_INPUT_CHANNELS=${Math.max(...channels)}`,
      );
    }
  }

  #checkPatch(patch: string, cue: Cue | undefined, path: Path): void {
    if (Object.hasOwn(this.facts.patches, patch)) this.#mistake(cue, path, this.facts.patches[patch]);
  }

  /** What never ends, and what ends at once. */
  #checkTime(): void {
    if (this.problems.some(({ severity }) => severity === "mistake")) return;
    if (this.read.problems.length > 0) return;
    const list = compileShow(this.show, {
      sampleRateHz: this.facts.sampleRateHz,
      media: mediaOf(this.facts),
    });
    // both go through the show in the same order
    const keys = keysInOrder(list);
    const byKey = new Map(keys.map((key, index) => [key, this.#all[index]]));
    for (const circle of loopsWithoutTime(list)) {
      const named = circle.slice(0, maxNamed).map((key) => labelOf(byKey.get(key)!));
      if (circle.length > maxNamed) named.push(`${circle.length - maxNamed} more`);
      const names = named.join(", then ");
      this.#mistake(byKey.get(circle[0])!, [], `starts a loop without time: ${names}, and again; add a wait`);
    }
    for (const key of keys) {
      const listed = list.cues[key];
      if (leastFrames(list, listed) !== Infinity || listed.continuation !== "auto-follow") continue;
      if (follower(list, key) === undefined || canBeDevamped(byKey.get(key)!, this.#all)) continue;
      this.#warn(
        byKey.get(key)!,
        ["continue"],
        "never ends by itself, so nothing follows it; add a devamp, or count its loops",
      );
    }
  }
}

/** Keys in the order in which the show names its cues, groups before their cues. */
function keysInOrder({ order, cues }: CueList): string[] {
  const within = (key: string): string[] => {
    const { deed } = cues[key];
    return [key, ...(deed.kind === "group" ? deed.children.flatMap(within) : [])];
  };
  return order.flatMap(within);
}

/** Lengths of the files that can be played. */
export function mediaOf({ files }: ShowFacts): Record<string, Media> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, file]) => "problem" in file ? [] : [[name, file]]),
  );
}

function canBeDevamped({ number }: Cue, all: readonly Cue[]): boolean {
  return all.some((cue) => cue.kind === "devamp" && cue.devamp === number);
}

function hasSound(cue: Cue): boolean {
  return cue.kind === "play" || cue.kind === "timecode" || (cue.kind === "group" && cue.group.some(hasSound));
}

function labelOf(cue: Cue): string {
  return cue.number === undefined ? cue.name ?? cueTitle(cue) : `cue ${cue.number}`;
}

/** Data bytes of a message that is no system exclusive. */
function dataBytesOf(status: number): number {
  if (status >= 0xF0) return status === 0xF2 ? 2 : status === 0xF1 || status === 0xF3 ? 1 : 0;
  const kind = status >> 4;
  return kind === 0xC || kind === 0xD ? 1 : 2;
}
