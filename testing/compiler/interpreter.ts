/**
 * What a patch must sound like, told a second time: slowly, one voice and one frame after the other, without a schedule,
 * vectors, groups, an arena or three variants of a function. It shares with the compiler the graph, the meaning of each
 * operation (`evaluate`) and what velocity does to the loudness, and nothing else. Every sample that the compiler's module gives is compared with this, bit by
 * bit.
 */
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import {
  expressions,
  type Graph,
  type InstrumentGraph,
  noteFields,
  type PatchGraph,
} from "../../compiler/graph/graph.ts";
import { type SampleBank, samplePlaces } from "../../compiler/graph/sample_bank.ts";
import { type OperationName, operations } from "../../compiler/graph/operations.ts";
import { velocityPower } from "../../compiler/plan/velocity_power.ts";

const fadeSeconds = 0.005;
const noteStackLength = 32;
const { fround } = Math;

/** Zero for what is too small or no number. */
function clean(value: number): number {
  return Math.abs(value) >= fround(1e-15) && Math.abs(value) <= fround(3e38) ? value : 0;
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85EBCA6B);
  h = Math.imul(h ^ (h >>> 13), 0xC2B2AE35);
  return (h ^ (h >>> 16)) | 0;
}

function seeded(seed: number, stream: number, index: number): number {
  return mix(mix(mix(seed) + stream) + index) | 1;
}

class Parameter {
  current: number;
  #target: number;
  #step = 0;
  #remaining = 0;

  constructor(readonly rampFrames: number, initial: number) {
    this.current = this.#target = fround(initial);
  }

  set(given: number): void {
    const value = fround(given);
    this.#target = value;
    if (this.rampFrames === 0 || value === this.current) {
      this.current = value;
      this.#remaining = 0;
    } else {
      this.#step = fround(fround(value - this.current) / this.rampFrames);
      this.#remaining = this.rampFrames;
    }
  }

  advance(): void {
    if (this.#remaining === 0) return;
    this.#remaining--;
    this.current = fround(this.#target - fround(this.#step * this.#remaining));
  }
}

/** What an operation gives for the values of its arguments. */
type Evaluate = (operands: readonly number[], attribute: number) => number;

/** One copy of a graph: its states and what its delay lines have taken in, for one lane or several. */
class Running {
  readonly states: number[][];
  readonly #taken: number[][][];
  /** The value of each node in each lane, of the frame at hand. */
  readonly #values: number[][];
  readonly #evaluates: readonly (Evaluate | undefined)[];
  readonly #operands: readonly number[][];

  constructor(
    readonly graph: Graph,
    readonly lanes: number,
    seedOf: (lane: number, index: number) => number,
    /** Frames of each file, left and right. */
    readonly samples: readonly Float32Array[],
  ) {
    const each = <T>(value: (lane: number) => T) => Array.from({ length: lanes }, (_, lane) => value(lane));
    this.states = graph.states.map(({ initial, seeded }) =>
      each((lane) => seeded ? seedOf(lane, initial) : initial)
    );
    this.#taken = graph.lines.map(() => each(() => []));
    this.#values = graph.nodes.map(() => each(() => 0));
    this.#evaluates = graph.nodes.map(({ op }) =>
      op in operations ? operations[op as OperationName].evaluate : undefined
    );
    this.#operands = graph.nodes.map(({ args }) => args.map(() => 0));
  }

  /** One frame; returns the outputs, a number for each lane, valid until the next. `source` gives what comes from outside. */
  frame(frame: number, source: (op: string, attribute: number, lane: number) => number): number[][] {
    const { nodes, states, lines, outputs } = this.graph;
    const values = this.#values;
    for (let node = 0; node < nodes.length; node++) {
      const { op, args, attribute } = nodes[node];
      const evaluate = this.#evaluates[node];
      const operands = this.#operands[node];
      for (let lane = 0; lane < this.lanes; lane++) {
        if (evaluate === undefined) {
          values[node][lane] = this.#other(op, args, attribute, lane) ?? source(op, attribute, lane);
          continue;
        }
        for (let index = 0; index < args.length; index++) operands[index] = values[args[index]][lane];
        values[node][lane] = evaluate(operands, attribute);
      }
    }
    const flush = (frame + 1) % 32 === 0;
    states.forEach(({ next, type }, index) =>
      this.states[index] = values[next].map((value) => flush && type === "f32" ? clean(value) : value)
    );
    lines.forEach(({ write }, index) =>
      values[write].forEach((value, lane) => this.#taken[index][lane].push(clean(value)))
    );
    return outputs.map((output) => values[output]);
  }

  /** What a node gives that is no operation; undefined when it comes from outside. */
  #other(op: string, args: readonly number[], attribute: number, lane: number): number | undefined {
    const values = this.#values;
    const [first] = args;
    switch (op) {
      case "constant":
        return attribute;
      case "state":
        return this.states[attribute][lane];
      case "read": {
        const past = this.#taken[attribute][lane];
        return past[past.length - values[first][lane]] ?? 0;
      }
      case "sample":
        return this.samples[attribute][values[first][lane]] ?? 0;
      case "table":
        return this.graph.tables[attribute][values[first][lane]] ?? NaN;
      case "lane":
        return values[first][attribute];
      case "lanes":
        return values[args[lane]][lane];
    }
  }
}

interface Voice {
  running: Running;
  alive: boolean;
  number: number;
  velocity: number;
  spread: number;
  gate: boolean;
  trigger: boolean;
  level: number;
  gain: number;
  gainTarget: number;
  gainStep: number;
  id: number;
  age: number;
  held: 0 | 1 | 2;
  bend: number;
  pressure: number;
  timbre: number;
  /** Expression of the note alone. */
  own: number[];
}

class Instrument {
  readonly voices: Voice[] = [];
  readonly #keys: { id: number; number: number; velocity: number }[] = [];
  readonly #velocityPower: number;
  readonly #expression = [0, 0, 0];
  #pedal = false;

  constructor(
    readonly graph: InstrumentGraph,
    readonly index: number,
    readonly patch: PatchInterpreter,
  ) {
    this.#velocityPower = velocityPower(graph.voice);
    const { mode, voices } = graph.polyphony;
    // a voice that gives way to a note fades out beside it
    const spare = mode === "poly" ? Math.min(voices, 8) : 0;
    for (let voice = 0; voice < voices + spare; voice++) {
      this.voices.push({
        running: this.#fresh(voice),
        alive: false,
        ...{ number: 0, velocity: 0, spread: 0, gate: false, trigger: false, level: 0 },
        ...{ gain: 0, gainTarget: 0, gainStep: 0, id: 0, age: 0, held: 0 },
        ...{ bend: 0, pressure: 0, timbre: 0, own: [0, 0, 0] },
      });
    }
  }

  #fresh(voice: number): Running {
    const { patch, index } = this;
    return new Running(
      this.graph.voice,
      1,
      (_lane, state) =>
        seeded(patch.seed, Math.imul(patch.notes, 4096) + voice, (index + 1) * 65_536 + state),
      patch.samples,
    );
  }

  get #mono(): boolean {
    return this.graph.polyphony.mode !== "poly";
  }

  #spreadOf(place: number): { spread: number; detune: number } {
    const { unison, detuneCents } = this.graph.polyphony;
    const spread = unison === 1 ? 0 : 2 * place / (unison - 1) - 1;
    return { spread: fround(spread), detune: fround(spread * detuneCents / 200) };
  }

  /** The voice for a note; one that gives way to it fades out. */
  #choose(id: number): number | undefined {
    const { steal, voices: playing } = this.graph.polyphony;
    const { notes } = this.patch;
    const keyOf = (voice: Voice) =>
      steal === "quietest"
        ? fround(voice.level * voice.velocity)
        : steal === "lowest"
        ? voice.number
        : voice.age - notes;
    const isSounding = ({ alive, gainTarget }: Voice) => alive && gainTarget !== 0;
    const sounding = this.voices.filter(isSounding);
    const taken = sounding.filter(({ age }) => age !== notes).map((voice) => ({
      voice,
      kind: voice.id === id ? 0 : [1, 3, 2][voice.held],
      key: keyOf(voice),
    })).sort((a, b) => a.kind - b.kind || a.key - b.key || a.voice.age - b.voice.age)[0];
    if (taken?.kind === 0) return this.voices.indexOf(taken.voice);
    const free = this.voices.filter((voice) => !isSounding(voice))
      .map((voice) => ({ voice, loudness: voice.alive ? voice.gain : -1 }))
      .sort((a, b) => a.loudness - b.loudness)[0]?.voice;
    if (sounding.length >= playing) {
      if (steal === "none" || taken === undefined) return undefined;
      taken.voice.held = 0;
      this.#fade(taken.voice);
    }
    return this.voices.indexOf(free);
  }

  #sound(id: number, number: number, velocity: number): void {
    this.patch.notes++;
    for (let place = 0; place < this.graph.polyphony.unison; place++) {
      const index = this.#mono ? place : this.#choose(id);
      if (index === undefined) continue;
      const voice = this.voices[index];
      const { spread, detune } = this.#spreadOf(place);
      if (voice.alive) {
        if (voice.gainTarget === 0) voice.gain = this.#eased(voice);
        for (let factor = 0; factor < this.#velocityPower; factor++) {
          voice.gain = fround(voice.gain * fround(voice.velocity / velocity));
        }
      } else {
        Object.assign(voice, { running: this.#fresh(index), level: 0, gain: 1 });
      }
      Object.assign(voice, {
        ...{ alive: true, number: fround(number + detune), velocity, spread, gate: true, trigger: true },
        ...{ gainTarget: 1, gainStep: fround(this.#fadeStep * Math.abs(fround(1 - voice.gain))) },
        ...{ id, age: this.patch.notes, held: 1 },
      });
      this.#forgetExpression(voice);
    }
  }

  on(id: number, givenNumber: number, givenVelocity: number): void {
    const [number, velocity] = [fround(givenNumber), fround(givenVelocity)];
    if (!(number >= 0 && number <= 127)) return;
    if (!(velocity > 0)) return this.off(id);
    const loud = Math.max(fround(1e-6), Math.min(velocity, 1));
    if (!this.#mono) {
      this.#choke(number);
      return this.#sound(id, number, loud);
    }
    this.#forget(id);
    const overlaps = this.#keys.length > 0;
    if (this.#keys.length >= noteStackLength) this.#keys.shift();
    this.#keys.push({ id, number, velocity: loud });
    this.#playTop(overlaps);
  }

  off(id: number): void {
    if (!this.#mono) {
      for (const voice of this.voices) if (voice.held === 1 && voice.id === id) this.#letGo(voice);
      return;
    }
    if (!this.#forget(id)) return;
    if (this.#keys.length > 0 && !this.#pedal) return this.#playTop(true);
    for (const voice of this.voices) if (voice.held) this.#letGo(voice);
  }

  pedal(down: boolean): void {
    this.#pedal = down;
    if (down) return;
    if (this.#keys.length > 0) {
      if (this.voices[0].held === 2) this.#playTop(true);
    } else for (const voice of this.voices) if (voice.held === 2) this.#release(voice);
  }

  express(id: number, kind: number, value: number): void {
    for (const voice of this.voices) if (voice.alive && voice.id === id) this.#move(voice, kind, value);
  }

  expressAll(kind: number, value: number): void {
    if (kind >= expressions.length) return;
    this.#expression[kind] = fround(value);
    for (const voice of this.voices) this.#move(voice, kind, voice.own[kind]);
  }

  #move(voice: Voice, kind: number, value: number): void {
    if (kind >= expressions.length) return;
    voice.own[kind] = fround(value);
    voice[expressions[kind]] = fround(voice.own[kind] + this.#expression[kind]);
  }

  #forgetExpression(voice: Voice): void {
    expressions.forEach((_, kind) => this.#move(voice, kind, 0));
  }

  /** A note fades out what sounds of its group. */
  #choke(number: number): void {
    const { unison, detuneCents, chokeGroups = [] } = this.graph.polyphony;
    const nearest = (value: number) => operations.nearest.evaluate([value], 0);
    const group = chokeGroups.find((notes) => notes.includes(nearest(number)));
    if (!group) return;
    const detune = unison === 1 ? 0 : fround(detuneCents / 200);
    for (const voice of this.voices) {
      const struck = fround(voice.number - fround(voice.spread * detune));
      if (!voice.alive || !group.includes(nearest(struck))) continue;
      voice.held = 0;
      this.#fade(voice);
    }
  }

  get #fadeStep(): number {
    return fround(1 / (fadeSeconds * this.patch.format.sampleRateHz));
  }

  #fade(voice: Voice): void {
    if (voice.gainTarget === 0) return;
    Object.assign(voice, { gainTarget: 0, gainStep: fround(this.#fadeStep * voice.gain) });
  }

  /** What is heard of a gain on its way to zero: 3x² - 2x³ of where it began, x being what is left. */
  #eased({ gain, gainStep }: Voice): number {
    const left = fround(fround(gain * this.#fadeStep) / gainStep);
    return fround(gain * fround(left * fround(3 - fround(left + left))));
  }

  panic(): void {
    this.#pedal = false;
    this.#keys.length = 0;
    for (const voice of this.voices) {
      this.#release(voice);
      this.#fade(voice);
    }
  }

  /** Left and right of this frame. */
  frame(clock: number): [number, number] {
    const sums = [[0, 0, 0, 0], [0, 0, 0, 0]];
    this.voices.forEach((voice, index) => {
      if (!voice.alive) return;
      const given = voice.running.frame(clock, (op, attribute) => {
        if (op === "parameter") return this.patch.parameters[attribute].current;
        const field = voice[noteFields[attribute]];
        return typeof field === "boolean" ? (field ? -1 : 0) : field;
      });
      const [left, right, envelope, done = 0] = given.map(([value]) => value);
      voice.trigger = false;
      if (!Number.isFinite(left) || !Number.isFinite(right)) {
        voice.alive = false;
        this.patch.poisoned++;
        return;
      }
      voice.level = Math.abs(envelope);
      const way = fround(voice.gainTarget - voice.gain);
      const { gainStep } = voice;
      voice.gain = fround(voice.gain + Math.max(-gainStep, Math.min(gainStep, way)));
      const heard = voice.gainTarget === 0 ? this.#eased(voice) : voice.gain;
      [left, right].forEach((sample, side) =>
        sums[side][index % 4] = fround(sums[side][index % 4] + fround(sample * heard))
      );
      if (voice.gain === 0 && voice.gainTarget === 0) voice.alive = false;
      if ((!voice.gate && voice.level === 0) || done !== 0) voice.alive = false;
    });
    return sums.map(([a, b, c, d]) => fround(fround(a + c) + fround(b + d))) as [number, number];
  }

  #letGo(voice: Voice): void {
    if (this.#pedal) voice.held = 2;
    else this.#release(voice);
  }

  #release(voice: Voice): void {
    voice.held = 0;
    voice.gate = false;
  }

  #playTop(overlaps: boolean): void {
    const { id, number, velocity } = this.#keys[this.#keys.length - 1];
    if (
      overlaps && this.graph.polyphony.mode === "legato" && this.voices.every((voice) => voice.alive)
    ) {
      this.voices.forEach((voice, place) => {
        voice.held = 1;
        voice.number = fround(number + this.#spreadOf(place).detune);
        voice.id = id;
        this.#forgetExpression(voice);
      });
    } else this.#sound(id, number, velocity);
  }

  /** Whether the key was the last one struck. */
  #forget(id: number): boolean {
    const place = this.#keys.findIndex((key) => key.id === id);
    if (place < 0) return false;
    this.#keys.splice(place, 1);
    return place === this.#keys.length;
  }
}

/** Plays a patch graph. */
export class PatchInterpreter {
  readonly parameters: readonly Parameter[];
  readonly instruments: readonly Instrument[];
  readonly #main: Running;
  notes = 0;
  /** Voices that were silenced because they gave what is no number. */
  poisoned = 0;
  #clock = 0;

  readonly samples: readonly Float32Array[];

  constructor(
    readonly graph: PatchGraph,
    readonly format: PatchFormat,
    readonly seed: number,
    bank?: SampleBank,
  ) {
    this.samples = bank
      ? samplePlaces(bank).map(({ offset, frames }) =>
        new Float32Array(bank.memory.buffer, offset + 4, frames)
      )
      : [];
    this.parameters = graph.parameters.map(({ default: initial, smoothingSeconds }) =>
      new Parameter(Math.round(smoothingSeconds * format.sampleRateHz), initial)
    );
    this.instruments = graph.instruments.map((instrument, index) => new Instrument(instrument, index, this));
    this.#main = new Running(graph.main, 4, (lane, index) => seeded(seed, lane, index), this.samples);
  }

  /** Interleaved samples. `inputOf` gives the channels of the input, by frames since the beginning. */
  render(
    frames: number,
    inputOf: (frame: number) => readonly number[] = () => [],
  ): Float32Array<ArrayBuffer> {
    const { channels } = this.format;
    const samples = new Float32Array(frames * channels);
    for (let frame = 0; frame < frames; frame++) {
      this.parameters.forEach((parameter) => parameter.advance());
      const buses = this.instruments.map((instrument) => instrument.frame(this.#clock));
      const input = inputOf(this.#clock);
      const output = this.#main.frame(this.#clock, (op, attribute, lane) => {
        if (op === "parameter") return this.parameters[attribute].current;
        if (op === "bus") return buses[attribute][lane] ?? 0;
        return fround((input.length === 1 ? input[0] : input[lane]) ?? 0);
      }).flatMap((vector) => [...vector]);
      this.#clock++;
      for (let channel = 0; channel < channels; channel++) {
        const own = channel < this.graph.channels ? output[channel] : 0;
        samples[frame * channels + channel] = channels === 1
          ? fround(fround(output[0] + output[1]) * 0.5)
          : own;
      }
    }
    return samples;
  }
}
