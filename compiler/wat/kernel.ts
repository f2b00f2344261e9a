/**
 * One graph as one fused WebAssembly function: nodes that rest between two commands are computed before the loop, the others
 * in it, with all states in locals. Four voices, or up to four channels, run side by side. A loop whose frame is a long chain
 * is cut into several short ones (`plan/passes.ts`).
 *
 * **Denormals.** WebAssembly has no flush-to-zero, and a filter with a denormal state costs some thirty times as much. So every
 * 32 frames of the stream, counted from its start and not from that of the call, every float state below 1e-15 becomes zero;
 * the input of a delay line does so in each frame. A NaN or an infinity becomes zero at the same time, so a filter that
 * received one works again after 32 frames.
 */
import type { Graph, GraphNode } from "../graph/graph.ts";
import { noteFields } from "../graph/graph.ts";
import { floatText } from "./float_text.ts";
import { hoistConstants, isLocal } from "./locals.ts";
import { operations } from "../graph/operations.ts";
import { hearsTrigger } from "../plan/steady.ts";
import { type Schedule, scheduleGraph, uniformNodes } from "../plan/schedule.ts";
import { GroupPair } from "./group_pair.ts";
import type { ParameterDeclaration } from "../graph/compiled_patch.ts";
import type { SamplePlace } from "../graph/sample_bank.ts";
import { flushFrames, lineStride, ringFrames } from "../plan/arena.ts";
import { cutIntoPasses, onePass, type Passes, spillBytes } from "../plan/passes.ts";

/** -300 dB: far below hearing, and far above the denormals. */
const flushBelow = Math.fround(1e-15);

/** Larger magnitudes are flushed like a NaN. */
const flushAbove = Math.fround(3e38);

/** Depth of nested operations; beyond it the assembler's stack would overflow. */
const maxNesting = 64;

/** Offsets, names and texts that a kernel is written with. */
export interface KernelPlaces {
  readonly name: string;
  /**
   * Name and signature of a second function, which does the same with two groups of voices side by side; the second one's
   * parameters are `$group_second` and `$lines_second`.
   */
  readonly twin?: { readonly name: string; readonly signature: string };
  /** `voice`: states and lines are relative to a group; `main`: they are absolute. */
  readonly kind: "voice" | "main";
  readonly states: number;
  readonly lines: readonly number[];
  readonly tables: readonly number[];
  /** Channels of samples, by the attribute of the node that reads them. */
  readonly samples: readonly SamplePlace[];
  /** Byte offset of each field of a note, inside a group. */
  readonly noteField?: Readonly<Record<string, number>>;
  /** Lanes that are heard, and that delay lines hold. */
  readonly lanes: 2 | 4;
  readonly clock: number;
  /** Byte offset of the spilled values. */
  readonly spill: number;
  readonly parameterCurrent: (index: number) => number;
  /** Byte offset of a parameter's ramp, one f32 a frame. */
  readonly parameterRamp: (index: number) => number;
  readonly bus: (index: number) => number;
  /** Text that loads a frame of the input as a vector. */
  readonly inputLoad: string;
  /** Loads one frame of a bus of the streams; main only. */
  readonly streamLoad?: (bus: number) => string;
  /** Statements that store the outputs, given their texts. */
  readonly store: (outputs: readonly string[]) => readonly string[];
  /** Statements before and after the loop, and further locals, all of them vectors. */
  readonly begin: readonly string[];
  readonly end: readonly string[];
  readonly locals: readonly string[];
  /** Signature after the name. */
  readonly signature: string;
  /** States that stay as they are; nothing reads them. */
  readonly idleStates: ReadonlySet<number>;
}

/** Locals besides the states that each of two groups has for itself. */
const twinLocals = ["$group", "$lines", "$at", "$trigger", "$finite", "$sounds", "$level"];

// shorter than a `v128.const`, and the assembler takes as long as the text is
const splatFloat = (value: number) => `(f32x4.splat (f32.const ${floatText(value)}))`;
const splatInteger = (value: number) => `(i32x4.splat (i32.const ${value | 0}))`;

/** The graph of a kernel, and the parameters that it reads. */
export interface KernelSource {
  readonly graph: Graph;
  /** Of the patch, as nodes name them. */
  readonly parameters: readonly ParameterDeclaration[];
  /** Follows parameters that ramp frame by frame; otherwise they stand still. */
  readonly moving: boolean;
}

/** WebAssembly text of the function, and of its twin. */
export function emitKernel(source: KernelSource, places: KernelPlaces): string[] {
  return new KernelEmitter(source, places).emit();
}

/** Statements of a function by their place in it, and its locals that are vectors. */
interface KernelParts {
  readonly before: readonly string[];
  /** Of each pass, in a frame. */
  readonly inside: readonly (readonly string[])[];
  readonly flush: readonly string[];
  readonly after: readonly string[];
  readonly locals: readonly string[];
  /** Constants that `inside` reads from locals, with their names; both groups of a twin share them. */
  readonly constants: ReadonlyMap<string, string>;
}

class KernelEmitter {
  readonly #before: string[] = [];
  readonly #passes: Passes;
  /** Statements of each pass in a frame. */
  readonly #inside: string[][];
  readonly #locals: string[] = [];
  readonly #texts: (string | undefined)[];
  /** Depth of nested operations in the text of each node. */
  readonly #depths: number[] = [];
  readonly #isUniform: readonly boolean[];
  #usesTrigger = false;

  readonly graph: Graph;
  readonly parameters: readonly ParameterDeclaration[];
  readonly moving: boolean;
  readonly schedule: Schedule;

  constructor({ graph, parameters, moving }: KernelSource, readonly places: KernelPlaces) {
    this.graph = graph;
    this.parameters = parameters;
    this.moving = moving;
    const schedule = this.schedule = scheduleGraph(graph, parameters, moving);
    this.#texts = new Array(graph.nodes.length);
    this.#isUniform = uniformNodes(graph, places.kind);
    const isCut = places.kind === "voice" && !hearsTrigger(graph);
    this.#passes = isCut ? cutIntoPasses(graph, schedule) : onePass(graph);
    this.#inside = this.#passes.taken.map((taken) => taken.map((index) => this.#fetch(index)));
  }

  emit(): string[] {
    const { graph, places } = this;
    const { states, lines } = graph;
    graph.nodes.forEach((node, index) => {
      if (this.schedule.usersOf[index] > 0) this.#node(node, index);
    });
    const outputs = graph.outputs.map((index) => this.#inLocal(index));
    // all next values are known before any state changes
    const active = [...states.keys()].filter((index) => !places.idleStates.has(index));
    const nexts = active.map((index) => this.#inLocal(states[index].next));
    lines.forEach(({ frames, write }, index) => this.#writeLine(index, frames, this.#text(write)));
    // `store` moves to the next frame of the input, so everything that reads the input comes before it
    this.#inside.at(-1)!.push(...places.store(outputs));
    active.forEach((index, place) =>
      this.#inside[this.#passes.ofState[index]].push(`(local.set $s${index} ${nexts[place]})`)
    );
    const usesTrigger = this.#usesTrigger;
    const base = places.kind === "voice" ? "(local.get $group)" : "(i32.const 0)";
    const trigger = usesTrigger ? `offset=${places.noteField!.trigger} ${base}` : "";
    if (usesTrigger) this.#inside[0].push("(local.set $trigger (v128.const i32x4 0 0 0 0))");
    const state = (index: number) => `offset=${places.states + index * 16} ${base}`;
    const stateLocals = active.map((index) => `$s${index}`);
    const constants = new Map<string, string>();
    const parts: KernelParts = {
      before: [
        ...(usesTrigger ? [`(local.set $trigger (v128.load ${trigger}))`] : []),
        ...active.map((index) => `(local.set $s${index} (v128.load ${state(index)}))`),
        ...places.begin,
        ...this.#before,
      ],
      inside: this.#inside.map((pass) => pass.map((text) => hoistConstants(text, constants))),
      flush: active.filter((index) => states[index].type === "f32").map((index) =>
        `(local.set $s${index} ${flushed(`(local.get $s${index})`)})`
      ),
      after: [
        ...active.map((index) => `(v128.store ${state(index)} (local.get $s${index}))`),
        ...(usesTrigger ? [`(v128.store ${trigger} (v128.const i32x4 0 0 0 0))`] : []),
        ...places.end,
      ],
      locals: [...(usesTrigger ? ["$trigger"] : []), ...stateLocals, ...places.locals, ...this.#locals],
      constants,
    };
    if (!places.twin) return [this.#function(places, parts)];
    const twin = new GroupPair([...twinLocals, ...stateLocals]);
    // in the order in which they run
    const both = {
      before: twin.of(parts.before),
      inside: parts.inside.map((pass) => twin.of(pass)),
      flush: twin.of(parts.flush),
      after: twin.of(parts.after),
      locals: twin.locals(parts.locals),
      constants,
    };
    return [this.#function(places, parts), this.#function(places.twin, both, ["$at", "$at_second"])];
  }

  #function(
    { name, signature }: Pick<KernelPlaces, "name" | "signature">,
    { before, inside, flush, after, locals, constants }: KernelParts,
    pointers: readonly string[] = ["$at"],
  ): string {
    const indent = (texts: readonly string[], by: number) => texts.map((text) => " ".repeat(by) + text);
    return [
      `(func $${name} ${signature}`,
      `  (local $t i32) (local $end i32) (local $stop i32) (local $frame i32)`,
      `  (local $from i32)${pointers.map((name) => ` (local ${name} i32)`).join("")}`,
      ...[...locals, ...constants.values()].map((local) => `  (local ${local} v128)`),
      `  (local.set $end (i32.shl (local.get $frames) (i32.const 4)))`,
      `  (local.set $frame (i32.load (i32.const ${this.places.clock})))`,
      ...indent(before, 2),
      ...[...constants].map(([text, name]) => `  (local.set ${name} ${text})`),
      `  (loop $chunk`,
      `    (local.set $from (local.get $t))`,
      `    (local.set $stop (i32.add (local.get $t) (i32.shl (i32.sub (i32.const ${flushFrames})`,
      `      (i32.and (local.get $frame) (i32.const ${flushFrames - 1}))) (i32.const 4))))`,
      `    (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))`,
      ...(this.#usesLines ? [] : [
        `    (local.set $frame (i32.add (local.get $frame) (i32.shr_u (i32.sub (local.get $stop) (local.get $t)) (i32.const 4))))`,
      ]),
      ...inside.flatMap((pass, index) => this.#loop(index, indent(pass, 6), pointers)),
      ...(flush.length === 0 ? [] : [
        `    (if (i32.eqz (i32.and (local.get $frame) (i32.const ${flushFrames - 1}))) (then`,
        ...indent(flush, 6),
        `    ))`,
      ]),
      `    (br_if $chunk (i32.lt_u (local.get $t) (local.get $end))))`,
      ...indent(after, 2),
      `)`,
    ].join("\n");
  }

  get #usesLines(): boolean {
    return this.graph.lines.length > 0;
  }

  /** One pass through the frames from `$from` to `$stop`. */
  #loop(pass: number, inside: readonly string[], pointers: readonly string[]): string[] {
    const moved = this.#passes.count === 1 ? [] : pointers;
    const advance = (local: string, by: number) =>
      `      (local.set ${local} (i32.add (local.get ${local}) (i32.const ${by})))`;
    return [
      ...(pass > 0 ? [`    (local.set $t (local.get $from))`] : []),
      ...moved.map((local, group) =>
        `    (local.set ${local} (i32.const ${this.places.spill + group * spillBytes}))`
      ),
      `    (loop $pass${pass}`,
      ...inside,
      ...(this.#usesLines ? [advance("$frame", 1)] : []),
      ...moved.map((local) => advance(local, 16)),
      advance("$t", 16),
      `      (br_if $pass${pass} (i32.lt_u (local.get $t) (local.get $stop))))`,
    ];
  }

  /** Reads a value that an earlier pass spilled. */
  #fetch(index: number): string {
    return `(local.set $n${index} (v128.load offset=${this.#spillOffset(index)} (local.get $at)))`;
  }

  /** The places of two groups lie side by side. */
  #spillOffset(index: number): number {
    return this.#passes.placeOf.get(index)! * 2 * spillBytes;
  }

  /** Emits a node, or leaves its text for its only user to include. */
  #node(node: GraphNode, index: number): void {
    const rate = this.schedule.rateOf[index];
    const text = this.#expression(node, index);
    this.#texts[index] = text;
    this.#depths[index] = node.args.reduce((most, arg) => Math.max(most, this.#depths[arg]), 0) + 1;
    if (this.#passes.placeOf.has(index)) return this.#spill(index);
    if (node.op === "constant" || isLocal(text)) return;
    const onlyUser = this.schedule.usersOf[index] <= 1;
    // a single user includes the text, unless it runs more often
    const isIncluded = onlyUser && (rate === "sample" || !this.schedule.neededEachFrame[index]);
    if (isIncluded && this.#depths[index] < maxNesting) return;
    this.#inLocal(index);
  }

  #text(index: number): string {
    return this.#texts[index]!;
  }

  /** The node's value as a local, so that it can stand in several places. */
  #inLocal(index: number): string {
    const text = this.#text(index);
    if (isLocal(text, "$n") || this.graph.nodes[index].op === "constant") return text;
    return this.#setLocal(index);
  }

  #setLocal(index: number): string {
    const name = `$n${index}`;
    this.#locals.push(name);
    this.#statementsOf(index).push(`(local.set ${name} ${this.#text(index)})`);
    this.#depths[index] = 0;
    return this.#texts[index] = `(local.get ${name})`;
  }

  /** Spills a value for later passes, which know it by the name of its local. */
  #spill(index: number): void {
    const value = this.#setLocal(index);
    this.#statementsOf(index).push(
      `(v128.store offset=${this.#spillOffset(index)} (local.get $at) ${value})`,
    );
  }

  /** The list that a node's statements belong to: before the loops, or its pass. */
  #statementsOf(index: number): string[] {
    return this.schedule.rateOf[index] === "sample" ? this.#inside[this.#passes.ofNode[index]] : this.#before;
  }

  #expression(node: GraphNode, index: number): string {
    const { places, parameters, graph } = this;
    const { op, type, args, attribute } = node;
    switch (op) {
      case "constant":
        return type === "f32" ? splatFloat(attribute) : splatInteger(attribute);
      case "parameter":
        return this.moving && parameters[attribute].smoothingSeconds > 0
          ? `(v128.load32_splat offset=${
            places.parameterRamp(attribute)
          } (i32.shr_u (local.get $t) (i32.const 2)))`
          : `(v128.load32_splat (i32.const ${places.parameterCurrent(attribute)}))`;
      case "note":
        if (noteFields[attribute] !== "trigger") {
          return `(v128.load offset=${places.noteField![noteFields[attribute]]} (local.get $group))`;
        }
        this.#usesTrigger = true;
        return "(local.get $trigger)";
      case "bus":
        return `(v128.load offset=${places.bus(attribute)} (local.get $t))`;
      case "input":
        return places.inputLoad;
      case "stream":
        return places.streamLoad!(attribute);
      case "state":
        return `(local.get $s${attribute})`;
      case "read":
        return this.#readLine(attribute, graph.lines[attribute].frames, args[0]);
      case "table":
        return this.#lookUp(places.tables[attribute], args[0]);
      case "sample":
        return this.#readSample(index, attribute, args[0]);
      case "sampleFact":
        throw new TypeError("expected the facts of samples as numbers; call resolveSamples first");
      case "lane":
        return `(f32x4.splat (f32x4.extract_lane ${attribute} ${this.#text(args[0])}))`;
      case "lanes":
        return this.#lanes(args);
      default:
        return operations[op].wat(args.map((arg) => this.#text(arg)), attribute);
    }
  }

  #lanes(args: readonly number[]): string {
    return args.slice(1).reduce(
      (vector, arg, index) =>
        `(f32x4.replace_lane ${index + 1} ${vector} (f32x4.extract_lane ${index + 1} ${this.#text(arg)}))`,
      this.#text(args[0]),
    );
  }

  /** Address of a frame of a line, before the line's own offset. */
  #address(frames: number, ago: string): string {
    const stride = lineStride(this.places.lanes);
    const place = `(i32.and (i32.sub (local.get $frame) ${ago}) (i32.const ${ringFrames(frames) - 1}))`;
    const bytes = `(i32.shl ${place} (i32.const ${Math.log2(stride)}))`;
    return this.places.kind === "voice" ? `(i32.add (local.get $lines) ${bytes})` : bytes;
  }

  #readLine(line: number, frames: number, ago: number): string {
    const offset = this.places.lines[line];
    const narrow = this.places.lanes === 2;
    if (this.#isUniform[ago]) {
      const text = this.#uniformInteger(ago);
      return `(${narrow ? "v128.load64_zero" : "v128.load"} offset=${offset} ${this.#address(frames, text)})`;
    }
    const vector = this.#inLocal(ago);
    return this.#gather(
      (lane) =>
        `offset=${offset + lane * 4} ${this.#address(frames, `(i32x4.extract_lane ${lane} ${vector})`)}`,
      narrow ? 2 : 4,
    );
  }

  #lookUp(offset: number, at: number): string {
    const address = (index: string) => `offset=${offset} (i32.shl ${index} (i32.const 2))`;
    if (this.#isUniform[at]) return `(v128.load32_splat ${address(this.#uniformInteger(at))})`;
    const vector = this.#inLocal(at);
    return this.#gather((lane) => address(`(i32x4.extract_lane ${lane} ${vector})`), 4);
  }

  /** A frame of a sample. Indexes outside are limited to the silence at either end, so nothing reads elsewhere. */
  #readSample(index: number, attribute: number, at: number): string {
    const { offset, frames } = this.places.samples[attribute];
    const asked = `(i32x4.add ${this.#text(at)} ${splatInteger(1)})`;
    const place = `(i32x4.max_s (i32x4.min_s ${asked} ${splatInteger(frames + 1)}) ${splatInteger(0)})`;
    const bytes = `(i32x4.shl ${place} (i32.const 2))`;
    const load = (lane: number, vector: string) => `offset=${offset} (i32x4.extract_lane ${lane} ${vector})`;
    if (this.#isUniform[at]) return `(v128.load32_splat $samples ${load(0, bytes)})`;
    const name = `$p${index}`;
    this.#locals.push(name);
    this.#statementsOf(index).push(`(local.set ${name} ${bytes})`);
    return this.#gather((lane) => load(lane, `(local.get ${name})`), 4, "$samples ");
  }

  #uniformInteger(index: number): string {
    const node = this.graph.nodes[index];
    return node.op === "constant"
      ? `(i32.const ${node.attribute})`
      : `(i32x4.extract_lane 0 ${this.#text(index)})`;
  }

  /** One load for each lane; `memory` is the arena unless it is named, with a space behind it. */
  #gather(load: (lane: number) => string, lanes: number, memory = ""): string {
    let vector = `(v128.load32_zero ${memory}${load(0)})`;
    for (let lane = 1; lane < lanes; lane++) {
      const [offset, address] = load(lane).split(/ (.*)/s);
      vector = `(v128.load32_lane ${memory}${offset} ${lane} ${address} ${vector})`;
    }
    return vector;
  }

  #writeLine(line: number, frames: number, value: string): void {
    const offset = this.places.lines[line];
    const address = this.#address(frames, "(i32.const 0)");
    const name = `$w${line}`;
    this.#locals.push(name);
    const [inside] = this.#inside; // a graph with lines has one pass
    inside.push(`(local.set ${name} ${value})`);
    const clean = flushed(`(local.get ${name})`);
    inside.push(
      this.places.lanes === 2
        ? `(v128.store64_lane offset=${offset} 0 ${address} ${clean})`
        : `(v128.store offset=${offset} ${address} ${clean})`,
    );
  }
}

/** The value, or zero if it is too small, too large or NaN; `value` stands in the text twice. */
function flushed(value: string): string {
  const size = `(f32x4.abs ${value})`;
  return `(v128.and ${value} (v128.and (f32x4.ge ${size} ${splatFloat(flushBelow)}) (f32x4.le ${size} ${
    splatFloat(flushAbove)
  })))`;
}
