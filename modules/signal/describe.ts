/** A patch in words: what it declares, what is computed when, and where everything lies in its memory. */
import type { PatchFormat } from "../compiled_patch.ts";
import { type ArenaPlan, planArena } from "./arena.ts";
import { type Graph, type GraphNode, type ModuleUse, noteFields, type PatchGraph } from "./graph.ts";
import { rates, scheduleGraph } from "./schedule.ts";

/** Parameters, schedule and arena map, for a terminal. */
export function describePatch(patch: PatchGraph, format: PatchFormat): string {
  const plan = planArena(patch, format);
  return [
    `patch ${patch.name}: ${patch.channels} channels, at ${format.sampleRateHz} Hz`,
    "",
    "parameters",
    ...patch.parameters.map(({ address, min, max, unit, default: value, smoothingSeconds, description }) =>
      `  /${address.padEnd(28)} ${`${min} to ${max} ${unit}`.padEnd(22)} default ${
        String(Number(value.toFixed(4))).padEnd(8)
      } ramp ${`${smoothingSeconds} s`.padEnd(7)} ${description}`
    ),
    ...patch.instruments.flatMap(({ name, polyphony, voice }, index) => [
      "",
      `instrument ${name}: ${polyphony.voices} voices, ${polyphony.mode}, ${
        polyphony.unison > 1 ? `unison of ${polyphony.unison} over ${polyphony.detuneCents} cents, ` : ""
      }steals ${polyphony.steal}; ${bytesPerVoice(plan, index)} bytes a voice`,
      ...describeSchedule(voice, patch),
    ]),
    "",
    "output",
    ...describeSchedule(patch.main, patch),
    "",
    `arena: ${plan.bytes} bytes`,
    ...plan.regions.map(({ name, offset, bytes }) =>
      `  ${String(offset).padStart(9)}  ${String(bytes).padStart(9)}  ${name}`
    ),
  ].join("\n") + "\n";
}

/** Memory of one voice: its states and its part of the delay lines. */
export function bytesPerVoice(plan: ArenaPlan, instrument: number): number {
  const { groupBytes, lineBytes } = plan.instruments[instrument];
  return (groupBytes + lineBytes) / 4;
}

/** What a node's value is, in words. */
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
    case "state":
      return `state ${attribute}, from the frame before`;
    case "read":
    case "table":
    case "lane":
      return `${op} ${attribute} at ${values}`;
    case "shiftLeft":
    case "shiftRight":
    case "shiftRightUnsigned":
      return `${op} ${values} by ${attribute}`;
    default:
      return `${op} ${values}`;
  }
}

function describeSchedule(graph: Graph, patch: PatchGraph): string[] {
  const { rateOf, usersOf } = scheduleGraph(graph, patch.parameters, false);
  const when = {
    constant: "once for all",
    block: "between two commands, when no parameter is moving",
    sample: "in every frame",
  };
  const { nodes, states, lines, uses, outputs } = graph;
  const place = (use: ModuleUse) => use.location ? `${use.name} (${use.location})` : use.name;
  return [
    ...rates.filter((rate) => rate !== "constant").flatMap((rate) => {
      const members = [...nodes.keys()].filter((index) => rateOf[index] === rate && usersOf[index] > 0);
      return [
        `  ${when[rate]}: ${members.length} of ${nodes.length} nodes`,
        ...members.map((index) =>
          `    ${`%${index}`.padEnd(5)} ${describeNode(nodes[index], patch).padEnd(40)} ${
            place(uses[nodes[index].use])
          }`
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
