/** A patch in words: its declarations, its schedule, and the map of its memory. */
import type { PatchFormat } from "../graph/compiled_patch.ts";
import { type ArenaPlan, planArena } from "../plan/arena.ts";
import type { SampleBank } from "../graph/sample_bank.ts";
import {
  type Graph,
  type GraphNode,
  type ModuleUse,
  noteFields,
  type PatchGraph,
  sampleFacts,
} from "../graph/graph.ts";
import { rates, type Schedule, scheduleGraph } from "../plan/schedule.ts";

/** Level of detail. */
export interface Detail {
  /** Lists every operation with its arguments, instead of counts for each module. */
  readonly operations?: boolean;
  /** The files that it plays. */
  readonly samples?: SampleBank;
}

/** Parameters, schedule and arena map, for a terminal. */
export function describePatch(patch: PatchGraph, format: PatchFormat, detail: Detail = {}): string {
  const plan = planArena(patch, format, detail.samples);
  const schedule = detail.operations ? operationLines : moduleLines;
  return [
    `patch ${patch.name}: ${patch.channels} channels, at ${format.sampleRateHz} Hz`,
    "",
    ...(patch.parameters.length === 0 ? ["no parameters"] : [
      "parameters",
      ...table(
        patch.parameters.map(({ address, min, max, unit, default: value, smoothingSeconds, description }) => [
          `/${address}`,
          `${shortNumber(min)} to ${shortNumber(max)}${unit === "1" ? "" : ` ${unit}`}`,
          `default ${shortNumber(value)}`,
          smoothingSeconds === 0 ? "at once" : `ramp ${shortNumber(smoothingSeconds)} s`,
          description,
        ]),
      ),
    ]),
    ...sampleLines(detail.samples),
    ...patch.instruments.flatMap(({ name, polyphony, voice }, index) => [
      "",
      `instrument ${name}: ${polyphony.voices} voice${polyphony.voices > 1 ? "s" : ""}, ${polyphony.mode}, ${
        polyphony.unison > 1 ? `unison of ${polyphony.unison} over ${polyphony.detuneCents} cents, ` : ""
      }${polyphony.steal === "none" ? "steals none" : `steals the ${polyphony.steal}`}; ${
        (polyphony.chokeGroups ?? []).map((group) => `${group.join(", ")} choke each other; `).join("")
      }${bytesPerVoice(plan, index)} bytes a voice`,
      ...schedule(voice, patch),
    ]),
    "",
    "output",
    ...schedule(patch.main, patch),
    "",
    `arena: ${plan.bytes} bytes`,
    ...table([
      ["offset", "bytes", ""],
      ...plan.regions.map(({ name, offset, bytes }) => [String(offset), String(bytes), name]),
    ]),
  ].join("\n") + "\n";
}

function sampleLines(bank: SampleBank | undefined): string[] {
  if (!bank) return [];
  return [
    "",
    `samples in ${bank.folder}: ${bank.memory.buffer.byteLength} bytes`,
    ...table(bank.files.map((file) => [
      file.name,
      `${shortNumber(file.frames / file.sampleRateHz)} s`,
      file.channels === 1 ? "mono" : "stereo",
      `${file.sampleRateHz} Hz`,
      `root ${shortNumber(file.rootNote)}`,
      loopText(file),
    ])),
  ];
}

function loopText({ frames, loopStart, loopEnd }: SampleBank["files"][number]): string {
  if (loopStart === 0 && loopEnd === frames) return "";
  if (loopStart < frames) return `loop ${loopStart} to ${loopEnd}`;
  return loopStart === loopEnd ? "a loop that ends" : `an unrolled loop of ${loopEnd - loopStart} frames`;
}

/** Memory of one voice: its states and its part of the delay lines. */
export function bytesPerVoice(plan: ArenaPlan, instrument: number): number {
  const { groupBytes, lineBytes } = plan.instruments[instrument];
  return (groupBytes + lineBytes) / 4;
}

/** At most five digits, as people write numbers. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** A node's value in words. */
export function describeNode({ op, args, attribute }: GraphNode, patch: PatchGraph): string {
  const values = args.map((arg) => `%${arg}`).join(", ");
  switch (op) {
    case "constant":
      return String(Number(attribute.toPrecision(7)));
    case "parameter":
      return `/${patch.parameters[attribute].address}`;
    case "note":
      return `note ${noteFields[attribute]}`;
    case "bus":
      return `bus of ${patch.instruments[attribute].name}`;
    case "input":
      return "audio input";
    case "stream":
      return `bus ${attribute + 1} of the streams`;
    case "state":
      return `state ${attribute}, from the frame before`;
    case "read":
    case "table":
    case "lane":
      return `${op} ${attribute} at ${values}`;
    case "sample":
      return `${patch.samples![attribute >> 2]}, ${attribute & 2 ? "tables, " : ""}${
        attribute & 1 ? "right" : "left"
      } at ${values}`;
    case "sampleFact": {
      const fact = sampleFacts[attribute % sampleFacts.length];
      return `${fact} of ${patch.samples![Math.floor(attribute / sampleFacts.length)]}`;
    }
    case "shiftLeft":
    case "shiftRight":
    case "shiftRightUnsigned":
      return `${op} ${values} by ${attribute}`;
    default:
      return `${op} ${values}`;
  }
}

/** Aligns numbers right and words left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isNumber = (text: string) => /^\d+$/.test(text);
  return rows.map((row) =>
    `  ${
      row.map((text, column) => isNumber(text) ? text.padStart(widths[column]) : text.padEnd(widths[column]))
        .join("  ")
    }`.trimEnd()
  );
}

function place({ name, location }: ModuleUse): string {
  const words = name === "patch" ? "the patch's own arithmetic" : name;
  return location ? `${words} (${location})` : words;
}

/** Number of operations of each module at each rate, in the order of the patch. */
function moduleLines(graph: Graph, patch: PatchGraph): string[] {
  const { rateOf, usersOf } = scheduleGraph(graph, patch.parameters, false);
  const { nodes, uses, states, lines } = graph;
  const rows = uses.map((use, index) => {
    const members = [...nodes.keys()].filter((node) => nodes[node].use === index && usersOf[node] > 0);
    const count = (rate: Schedule["rateOf"][number]) =>
      members.filter((node) => rateOf[node] === rate).length;
    const memory = (op: string) =>
      new Set(members.filter((node) => nodes[node].op === op).map((node) => nodes[node].attribute));
    return {
      words: place(use),
      counts: [count("block"), count("sample"), memory("state").size],
      frames: [...memory("read")].map((line) => lines[line].frames),
    };
  }).filter(({ counts }) => counts.some((count) => count > 0));
  const total = [0, 1, 2].map((column) => rows.reduce((sum, { counts }) => sum + counts[column], 0));
  return table([
    ["operations of", "between commands", "every frame", "states", ""],
    ...rows.map(({ words, counts, frames }) => [
      words,
      ...counts.map(String),
      frames.map((count) => `delay line of ${count} frames`).join(", "),
    ]),
    ["all", String(total[0]), String(total[1]), String(states.length), ""],
  ]);
}

/** Every operation at its rate. */
function operationLines(graph: Graph, patch: PatchGraph): string[] {
  const { rateOf, usersOf } = scheduleGraph(graph, patch.parameters, false);
  const when = {
    constant: "once for all",
    block: "between two commands, when no parameter is moving",
    sample: "in every frame",
  };
  const { nodes, states, lines, uses, outputs } = graph;
  return [
    ...rates.filter((rate) => rate !== "constant").flatMap((rate) => {
      const members = [...nodes.keys()].filter((index) => rateOf[index] === rate && usersOf[index] > 0);
      const operand = (index: number) =>
        nodes[index].op === "constant" ? describeNode(nodes[index], patch) : "";
      return [
        `  ${when[rate]}: ${members.length} of ${nodes.length} nodes`,
        ...members.map((index) =>
          `    ${`%${index}`.padEnd(5)} ${
            describeNode(nodes[index], patch).replaceAll(
              /%(\d+)/g,
              (name, arg) => operand(Number(arg)) || name,
            )
              .padEnd(40)
          } ${place(uses[nodes[index].use])}`
        ),
      ];
    }),
    ...states.map(({ next, initial, seeded }, index) =>
      `    state ${index} becomes %${next}, at first ${seeded ? "seeded" : initial}`
    ),
    ...lines.map(({ frames, write }, index) => `    line ${index} of ${frames} frames takes in %${write}`),
    `    gives ${outputs.map((output) => `%${output}`).join(", ")}`,
  ];
}
