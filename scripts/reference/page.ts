/** The reference of modules as Markdown: one table of all, then one section for each. */
import { definePatch, instrument, type Note, type Patch } from "../../modules/patch.ts";
import { Condition, constant, Signal } from "../../modules/signal/signal.ts";
import { figures } from "./figures.ts";
import { call, type Entry, inputsOf } from "../../testing/trial/library.ts";

/** The benchmark's result for a module. */
export interface Cost {
  readonly module: string;
  readonly per: string;
  readonly ns: number;
  readonly unit?: string;
  readonly scsynthNs?: number;
  readonly ratio?: number;
}

/** The last run of the benchmark that was kept. */
export interface Costs {
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly rows: readonly Cost[];
}

/** Everything that goes into the page. */
export interface PageSources {
  readonly entries: readonly Entry[];
  readonly costs: Costs;
  /** Modules that have a picture. */
  readonly pictured: readonly string[];
  /** Titles of the tests in a file. */
  readonly testsIn: (file: string) => readonly string[];
}

const introduction = `<!-- deno-fmt-ignore-file -->

# Modules

Written by \`deno task reference\` from the declarations in \`modules/\`; do not edit. How a module is added is in
[modules-guide.md](modules-guide.md).

Every module besides its own tests passes those of
[all_modules_test.ts](../tests/modules/all_modules_test.ts): no storm of notes and parameters at audio rate gives a NaN,
silence comes to exact zero without denormals, and any block size and any cuts give the same bytes. Figures are those that the
tests assert.`;

/** The whole page. */
export function referencePage(sources: PageSources): string {
  const { entries, costs } = sources;
  const categories = [...new Set(entries.map(({ category }) => category))];
  return [
    introduction,
    costText(costs),
    overview(sources),
    ...categories.flatMap((category) => [
      `## ${title(category)}`,
      ...entries.filter((entry) => entry.category === category).map((entry) => section(entry, sources)),
    ]),
  ].join("\n\n") + "\n";
}

function costText({ machine }: Costs): string {
  return `Costs are nanoseconds of processor time per sample and voice at the defaults, 48 kHz, on one core (${machine.cpu}),
measured by \`deno task bench:modules\` with what is around the module subtracted; of stereo effects per sample of both
channels. The ratio is the cost of the scsynth unit beside it over ours, in the same run: above 1 ours is cheaper; it is left
out where one of them is too little to tell. Envelopes are measured while they move. A module that stands alone waits for its own last sample, and costs less beside others.`;
}

function overview({ entries, costs, testsIn }: PageSources): string {
  const rows = entries.map(({ module, file, test }) => {
    const name = module.moduleName;
    const cost = costOf(costs, name);
    return row([
      `[${name}](#${name.toLowerCase()})`,
      `${summaryOf(module)}. [Method](../${file}): ${module.source}`,
      `[${testsIn(test).length}](../${test})`,
      (figures[name] ?? []).map(({ figure }) => figure).join("; "),
      cost ? String(cost.ns) : "",
      cost?.unit ? `${cost.unit}${cost.scsynthNs === undefined ? "" : ` ${cost.scsynthNs}`}` : "",
      cost?.ratio === undefined ? "" : String(cost.ratio),
    ]);
  });
  return [
    row(["module", "what it does, method and source", "tests", "figures", "ns", "scsynth, ns", "ratio"]),
    row(["---", "---", "--:", "---", "--:", "---", "--:"]),
    ...rows,
  ].join("\n");
}

function section(entry: Entry, { costs, pictured, testsIn }: PageSources): string {
  const { module, file, test } = entry;
  const { moduleName: name, inputs, parameters, options } = module;
  const cost = costOf(costs, name);
  const parts = [
    `### ${name}`,
    `${sentence(summaryOf(module))} [Source](../${file}): ${sentence(module.source)}`,
  ];
  if (pictured.includes(name)) parts.push(`![response of ${name}](pictures/modules/${name}.svg)`);
  if (Object.keys(inputs).length > 0) {
    parts.push(table(
      ["input", "kind", "what for"],
      Object.entries(inputs).map(([key, input]) => [
        `\`${key}\``,
        (input.kind === "1" ? "signal" : input.kind) + (input.optional ? ", optional" : ""),
        input.why,
      ]),
    ));
  }
  if (Object.keys(parameters).length > 0) {
    parts.push(table(
      ["parameter", "unit", "range", "default", "curve", "smoothing", "why"],
      Object.entries(parameters).map(([key, one]) => [
        `\`${key}\``,
        one.unit,
        `${number(one.min)} to ${number(one.max)}`,
        number(one.default),
        one.curve,
        one.smoothingSeconds === 0 ? "none" : `${number(one.smoothingSeconds * 1_000)} ms`,
        one.why,
      ]),
    ));
  }
  if (Object.keys(options).length > 0) {
    const list = Object.entries(options).map(([key, value]) => `\`${key}\` (${optionText(value)})`);
    parts.push(`Options, fixed when the patch is built: ${list.join(", ")}.`);
  }
  parts.push(`Gives ${outputsOf(entry)}.`);
  if (cost) parts.push(`Costs ${cost.ns} ns per ${cost.per}${comparison(cost)}.`);
  parts.push(`[Tests](../${test}):\n\n${testsIn(test).map((one) => `- ${one}`).join("\n")}`);
  return parts.join("\n\n");
}

function summaryOf({ summary, outputOnly }: Entry["module"]): string {
  return outputOnly ? `${summary}; for the output only` : summary;
}

function comparison({ unit, scsynthNs, ratio }: Cost): string {
  if (unit === undefined || scsynthNs === undefined) return "";
  return `; scsynth's ${unit} ${scsynthNs} ns${ratio === undefined ? "" : `, ${ratio} times as much`}`;
}

/** The outputs of a module, found by building a patch with it. */
function outputsOf(entry: Entry): string {
  let text = "";
  const look = (source: Signal<"1">, note?: Note) => {
    text = describe(call(entry.module, inputsOf(entry.module, source, note)));
    return source;
  };
  const patch: Patch = definePatch({
    name: "reference",
    instruments: {
      one: instrument({
        voices: 1,
        parameters: {},
        voice: (note) => ({
          output: entry.module.outputOnly ? note.velocity : look(note.velocity, note),
          envelope: constant(1),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => entry.module.outputOnly ? look(one) : one,
  });
  patch.build({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 });
  return text;
}

function describe(outputs: unknown): string {
  if (outputs instanceof Signal) return "one signal";
  if (outputs instanceof Condition) return "a condition";
  if (Array.isArray(outputs)) return "left and right";
  return Object.entries(outputs as object)
    .map(([key, one]) => `\`${key}\`${one instanceof Condition ? " (condition)" : ""}`).join(", ");
}

function costOf({ rows }: Costs, name: string): Cost | undefined {
  return rows.find(({ module }) => module === name);
}

function optionText(value: unknown): string {
  if (value === undefined) return "none by default";
  return Array.isArray(value) && typeof value[0] !== "number"
    ? `a list, of ${value.length} by default`
    : `${JSON.stringify(value)} by default`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function title(category: string): string {
  return category[0].toUpperCase() + category.slice(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
