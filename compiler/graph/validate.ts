/**
 * Checks a graph from outside: the process that evaluates a patch file can send anything. The compiler turns every graph
 * that passes into a valid module; no part of a graph reaches the WebAssembly text unchecked.
 */
import { z } from "zod";
import { PatchError } from "./patch_error.ts";
import {
  type Graph,
  type GraphNode,
  noteFields,
  type PatchGraph,
  playingModes,
  sampleFacts,
  sampleFactType,
  stealingRules,
} from "./graph.ts";
import { chokeProblem } from "./choke_groups.ts";
import {
  maxBuses,
  maxChannels,
  maxController,
  maxDetuneCents,
  maxInstruments,
  maxLineFrames,
  maxUnison,
  maxVoices,
  midiChannels,
  namePattern,
  outputVectors,
} from "./limits.ts";
import { isSampleName } from "./sample_name.ts";
import { unwrittenNumbers } from "./graph_json.ts";
import { type LaneType, type OperationName, operations } from "./operations.ts";
import { rangeProblem } from "./range_problem.ts";
import { reservedInInstruments, reservedNames } from "./reserved_names.ts";

/** Limits of a whole patch: thirty times the largest one written so far, and still compiled in seconds. */
const max = { nodes: 30_000, states: 10_000, lines: 1_000, tableValues: 2 ** 20 };

const maxTables = 100;
/** The stage of 64 outputs has 900 with all of its parts. */
const maxParameters = 2_000;

/** Longest name of an operation that an error repeats. */
const maxOperationName = 100;

/** Sound files of a patch: two for every key of a keyboard. */
const maxSamples = 256;

/**
 * A list that is refused for its length before an element of it is looked at, and for the first element that is wrong: a schema
 * would keep an object for every wrong one, of which a few megabytes of text have millions.
 */
const list = <T>(element: z.ZodType<T>, longest: number, shortest = 0) =>
  z.unknown().transform((value, context): T[] => {
    const refuse = (message: string, path: PropertyKey[] = []) => {
      context.addIssue({ code: "custom", message, path });
      return z.NEVER;
    };
    if (!Array.isArray(value)) return refuse("expected a list");
    const { length } = value;
    if (length > longest) return refuse(`expected at most ${longest} elements, found ${length}`);
    if (length < shortest) return refuse(`expected at least ${shortest} elements, found ${length}`);
    const read: T[] = [];
    for (let place = 0; place < length; place++) {
      const parsed = element.safeParse(value[place]);
      if (!parsed.success) {
        const { path, message } = parsed.error.issues[0];
        return refuse(message, [place, ...path]);
      }
      read.push(parsed.data);
    }
    return read;
  });

/** Fields of an object beyond which the schema does not name those that are not its own. */
const maxFields = 64;

/** An object with these fields and no others; one with very many is refused before the schema looks at it. */
const fields = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.unknown().refine(
    (value) => typeof value !== "object" || value === null || Object.keys(value).length <= maxFields,
    `expected at most ${maxFields} fields`,
  ).pipe(z.strictObject(shape));

/** No control characters: they could end a comment in the text, or move the cursor of a terminal. */
const text = (longest: number) => z.string().max(longest).regex(/^\P{Cc}*$/u, "expected plain text");

const name = z.string().regex(namePattern);
/** The name of an instrument or a group, and that of its parameter. */
const isAddress = (address: string) => {
  const parts = address.split("/");
  return parts.length === 2 && parts.every((part) => namePattern.test(part));
};
const index = z.int().min(0);
const laneType = z.enum(["f32", "i32", "mask"]);
/** JSON has no infinities and no NaN; signals have both. */
const number = z.union([z.number(), z.literal(unwrittenNumbers).transform(Number)]);

const graphSchema = fields({
  uses: list(fields({ name: text(200), location: text(1_000) }), max.nodes),
  nodes: list(
    fields({
      op: z.string().max(maxOperationName),
      type: laneType,
      args: list(index, 4),
      attribute: number,
      use: index,
    }),
    max.nodes,
  ),
  states: list(
    fields({ type: laneType, initial: number, seeded: z.boolean(), next: index }),
    max.states,
  ),
  lines: list(
    fields({ frames: z.int().min(1).max(maxLineFrames), write: index, name: name.optional() }),
    max.lines,
  ),
  tables: list(list(number, max.tableValues, 1), maxTables),
  outputs: list(index, outputVectors(maxChannels)),
});

const patchSchema = fields({
  name,
  parameters: list(
    fields({
      address: z.string().refine(isAddress, "expected OWNER/NAME"),
      unit: z.enum(["dB", "s", "Hz", "1", "semitones"]),
      min: z.number(),
      max: z.number(),
      default: z.number(),
      curve: z.enum(["linear", "exponential"]),
      smoothingSeconds: z.number().min(0).max(60),
      description: text(2_000),
      controller: z.int().min(0).max(maxController).optional(),
    }),
    maxParameters,
  ),
  instruments: list(
    fields({
      name,
      polyphony: fields({
        voices: z.int().min(1).max(maxVoices),
        mode: z.enum(playingModes),
        unison: z.int().min(1).max(maxUnison),
        detuneCents: z.number().min(0).max(maxDetuneCents),
        steal: z.enum(stealingRules),
        chokeGroups: list(list(z.int().min(0).max(127), 128), 64).optional(),
      }),
      midiChannel: z.int().min(1).max(midiChannels).optional(),
      voice: graphSchema,
    }),
    maxInstruments,
  ),
  main: graphSchema,
  channels: z.int().min(2).max(maxChannels),
  ownChannels: z.int().min(2).max(maxChannels).optional(),
  samples: list(z.string().refine(isSampleName, "expected the name of a sound file"), maxSamples).optional(),
});

/** A graph from JSON text. Throws {@link PatchError} unless it is one that can be compiled. */
export function graphFromJson(text: string): PatchGraph {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new PatchError("expected a patch, found text that is not JSON", { cause });
  }
  const parsed = patchSchema.safeParse(data);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    throw new PatchError(`expected a patch; ${path.join(".") || "the whole"}: ${message}`);
  }
  const graph = parsed.data as PatchGraph;
  checkNames(graph);
  checkParameters(graph);
  checkSizes(graph);
  checkSamples(graph);
  for (const instrument of graph.instruments) {
    checkGraph({ name: `instrument ${instrument.name}`, graph: instrument.voice, outputs: [3, 4] }, graph);
  }
  checkGraph({ name: "output", graph: graph.main, outputs: [outputVectors(graph.channels)] }, graph);
  return graph;
}

function checkNames({ instruments, parameters }: PatchGraph): void {
  const names = instruments.map((instrument) => instrument.name);
  if (new Set(names).size < names.length) throw new PatchError("expected instruments of different names");
  const addresses = parameters.map(({ address }) => address);
  if (new Set(addresses).size < addresses.length) {
    throw new PatchError("expected parameters of different addresses");
  }
  for (const owner of [...names, ...addresses.map((address) => address.split("/")[0])]) {
    if (reservedNames.includes(owner)) throw new PatchError(`${owner}: the server uses this name itself`);
  }
  for (const address of addresses) {
    const [owner, name] = address.split("/");
    if (names.includes(owner) && reservedInInstruments.includes(name)) {
      throw new PatchError(`${address}: the server uses this name itself`);
    }
  }
}

function checkParameters({ parameters }: PatchGraph): void {
  for (const parameter of parameters) {
    const { address, min, max } = parameter;
    const problem = rangeProblem(parameter);
    if (problem !== undefined) throw new PatchError(`${address}: ${problem}`);
    if (Math.max(Math.abs(min), Math.abs(max)) > 1e38) {
      throw new PatchError(`${address}: expected a range of 32-bit numbers, found ${min} to ${max}`);
    }
  }
}

function checkSamples({ samples = [], instruments }: PatchGraph): void {
  if (new Set(samples).size < samples.length) throw new PatchError("expected samples of different names");
  for (const { name, polyphony: { chokeGroups = [], mode } } of instruments) {
    const problem = mode === "poly" || chokeGroups.length === 0
      ? chokeProblem(chokeGroups)
      : `a ${mode} instrument has one voice to choke`;
    if (problem !== undefined) throw new PatchError(`instrument ${name}: chokeGroups: ${problem}`);
  }
}

/** Limits of the whole patch, so that compiling it takes seconds at most. */
function checkSizes({ instruments, main }: PatchGraph): void {
  const graphs = [...instruments.map(({ voice }) => voice), main];
  const sum = (count: (graph: Graph) => number) => graphs.reduce((total, graph) => total + count(graph), 0);
  const counts = {
    nodes: sum(({ nodes }) => nodes.length),
    states: sum(({ states }) => states.length),
    lines: sum(({ lines }) => lines.length),
    tableValues: sum(({ tables }) => tables.reduce((total, values) => total + values.length, 0)),
  };
  for (const key of Object.keys(max) as (keyof typeof max)[]) {
    if (counts[key] > max[key]) {
      throw new PatchError(
        `the patch is too large: ${counts[key]} ${sizeNames[key]}, at most ${max[key]} are possible`,
      );
    }
  }
}

const sizeNames = {
  nodes: "operations",
  states: "states",
  lines: "delay lines",
  tableValues: "numbers in tables",
} as const;

const sources: Readonly<Record<string, { args: readonly LaneType[]; result?: LaneType }>> = {
  constant: { args: [] },
  parameter: { args: [], result: "f32" },
  note: { args: [] },
  bus: { args: [], result: "f32" },
  input: { args: [], result: "f32" },
  stream: { args: [], result: "f32" },
  state: { args: [] },
  read: { args: ["i32"], result: "f32" },
  table: { args: ["i32"], result: "f32" },
  sample: { args: ["i32"], result: "f32" },
  sampleFact: { args: [] },
  lane: { args: ["f32"], result: "f32" },
  lanes: { args: ["f32", "f32", "f32", "f32"], result: "f32" },
};

const noteTypes: readonly LaneType[] = noteFields.map((field) =>
  field === "gate" || field === "trigger" ? "mask" : "f32"
);

/** One graph of a patch, and how many outputs it may have. */
interface Part {
  readonly name: string;
  readonly graph: Graph;
  readonly outputs: readonly number[];
}

/** Checks types, order, and that everything a node names exists. */
function checkGraph({ name, graph, outputs }: Part, patch: PatchGraph): void {
  const { nodes, states, lines, tables, uses } = graph;
  const must = (holds: boolean, problem: string) => {
    if (!holds) throw new PatchError(`${name}: ${problem}`);
  };
  const voice = name !== "output";
  const { samples = [] } = patch;
  const bounds: Readonly<Record<string, { readonly length: number }>> = {
    parameter: patch.parameters,
    note: voice ? noteFields : [],
    bus: voice ? [] : patch.instruments,
    input: voice ? [] : [0],
    stream: { length: voice ? 0 : maxBuses },
    state: states,
    read: lines,
    table: tables,
    sample: { length: samples.length * 4 },
    sampleFact: { length: samples.length * sampleFacts.length },
    lane: voice ? [] : [0, 1, 2, 3],
    lanes: voice ? [] : [0],
  };
  nodes.forEach(({ op, type, args, attribute, use }, place) => {
    const operation = Object.hasOwn(operations, op) ? operations[op as OperationName] : undefined;
    const shape = operation ?? (Object.hasOwn(sources, op) ? sources[op] : undefined);
    must(shape !== undefined, `node ${place}: there is no operation "${op}"`);
    must(use < uses.length, `node ${place}: use ${use} is missing`);
    must(args.length === shape!.args.length, `node ${place}: ${op} takes ${shape!.args.length} arguments`);
    must(args.every((arg) => arg < place), `node ${place}: an argument does not come before it`);
    must(
      args.every((arg, position) => nodes[arg].type === shape!.args[position]),
      `node ${place}: ${op} takes ${shape!.args.join(", ")}`,
    );
    const whole = Number.isInteger(attribute);
    if (op in bounds) {
      must(
        whole && attribute >= 0 && attribute < bounds[op].length,
        `node ${place}: ${op} ${attribute} is missing`,
      );
    } else if (operation) {
      must(whole && attribute >= 0 && attribute < 32, `node ${place}: expected a shift of 0 to 31`);
    } else must(fits(type, attribute), `node ${place}: expected ${expectedOf[type]}, found ${attribute}`);
    if (op === "table") {
      const { length } = tables[attribute];
      must(staysBelow(nodes, args[0], length), `node ${place}: an index of table ${attribute} can leave it`);
    }
    const result = shape!.result ??
      (op === "note"
        ? noteTypes[attribute]
        : op === "state"
        ? states[attribute].type
        : op === "sampleFact"
        ? sampleFactType(sampleFacts[attribute % sampleFacts.length])
        : type);
    must(type === result, `node ${place}: ${op} gives ${result}, not ${type}`);
  });
  const typeOf = (node: number) => nodes[node]?.type;
  states.forEach(({ type, initial, next, seeded }, place) => {
    must(typeOf(next) === type, `state ${place}: expected a ${type} node`);
    must(fits(type, initial), `state ${place}: expected ${expectedOf[type]}, found ${initial}`);
    must(!seeded || type === "i32", `state ${place}: only integers can be seeded`);
  });
  lines.forEach(({ write }, place) => must(typeOf(write) === "f32", `line ${place}: expected an f32 node`));
  tables.forEach(({ length }, place) =>
    must((length & (length - 1)) === 0, `table ${place}: expected a power of two of values`)
  );
  must(
    outputs.includes(graph.outputs.length),
    `expected ${outputs.join(" or ")} outputs, found ${graph.outputs.length}`,
  );
  must(graph.outputs.every((output) => typeOf(output) === "f32"), "expected f32 outputs");
}

const expectedOf: Readonly<Record<LaneType, string>> = {
  f32: "a number",
  i32: "a whole number of 32 bits",
  mask: "-1 or 0",
};

/** Whether a lane of this type can hold a number. */
function fits(type: LaneType, value: number): boolean {
  return type === "f32" || (type === "i32" ? (value | 0) === value : value === -1 || value === 0);
}

/** Whether an integer is always an index below `length`: a constant, or an `and` with a small enough constant. */
function staysBelow(nodes: readonly GraphNode[], node: number, length: number): boolean {
  const { op, args, attribute } = nodes[node];
  if (op === "constant") return attribute >= 0 && attribute < length;
  return op === "andInteger" &&
    args.some((arg) =>
      nodes[arg].op === "constant" && nodes[arg].attribute >= 0 && nodes[arg].attribute < length
    );
}
