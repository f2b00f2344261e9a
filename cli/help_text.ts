import { describeSettings, settingDescriptions } from "../config/settings.ts";
import { exitCodeMeanings, exitCodes } from "../foundation/exit_codes.ts";
import { patchNames } from "../patches/ready/catalogue.ts";
import type { HelpTopic } from "./command_line.ts";
import {
  type ArgumentDeclaration,
  commandGroups,
  type CommandName,
  commandNames,
  declarationOf,
  globalOptions,
  type OptionDeclaration,
} from "./commands.ts";
import { typed } from "./invocation.ts";

/** Width that every page keeps to, in characters. */
const pageWidth = 80;

/**
 * What `--help` and `help TOPIC` print.
 *
 * @param topic omitted: one screen with all commands and the settings that are needed most
 * @param program the words that start this program, as the user typed them
 */
export function helpText(topic?: HelpTopic, program = "understudy"): string {
  if (topic === undefined) return overview(program);
  if (topic === "settings") return settingsPage();
  if (topic === "exit-codes") return `Exit codes:\n${describeExitCodes()}\n`;
  return commandPage(topic, program);
}

function overview(program: string): string {
  const commandRows = commandNames.map((name) => ({
    name,
    row: [usageOf(name, 27), declarationOf(name).summary],
  }));
  const settings = settingDescriptions.filter(({ brief }) => brief !== undefined)
    .map((
      { name, brief, default: fallback },
    ) => [name, brief + (fallback === undefined ? "" : ` [${fallback}]`)]);
  return [
    "Understudy: an audio engine that plays on when a part of it fails.",
    "",
    `Usage: ${program} COMMAND [ARGUMENT ...]`,
    ...commandGroups.flatMap((group) => [
      group,
      columns(
        commandRows.filter(({ name }) => declarationOf(name).group === group).map(({ row }) => row),
        28,
      ),
    ]),
    "Settings, from the environment or a file understudy.env (or --config FILE)",
    columns(settings, 29),
    "",
    `First sound:  ${program} start keys --demo`,
    `Then a note:  ${program} send /note 60 0.8`,
    `More:         ${program} help COMMAND | settings | exit-codes`,
    "",
  ].join("\n");
}

function commandPage(name: CommandName, program: string): string {
  const { summary, options, about, examples, arguments: declared } = declarationOf(name);
  const own = Object.entries<OptionDeclaration>(options);
  const takesPatch = declared.some(({ completion }) => completion === "patch");
  return [
    `${capitalised(summary)}.`,
    "",
    `Usage: ${typed(program, usageOf(name))}${own.length === 0 ? "" : " [OPTION ...]"}`,
    "",
    ...about.flatMap((paragraph) => [wrapped(paragraph, pageWidth, 0), ""]),
    ...(takesPatch ? [wrapped(`Ready patches: ${patchNames.join(", ")}`, pageWidth, 0), ""] : []),
    "Options:",
    columns([...own, ...Object.entries<OptionDeclaration>(globalOptions)].map(optionRow), 24),
    "",
    ...(examples.length === 0 ? [] : [
      "Examples:",
      columns(examples.map(([line, does]) => [typed(program, line), does]), exampleWidth(program, examples)),
      "",
    ]),
  ].join("\n");
}

/** The column of what examples do: behind the longest line, where that leaves room. */
function exampleWidth(program: string, examples: readonly (readonly [string, string])[]): number {
  const longest = Math.max(...examples.map(([line]) => typed(program, line).length));
  return Math.min(longest + 2, pageWidth / 2 + 8);
}

function optionRow([name, { short, value, meaning }]: [string, OptionDeclaration]): string[] {
  return [
    `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`,
    meaning,
  ];
}

/** The command with its arguments, those that are not required in brackets. */
function usageOf(name: CommandName, maxLength = Infinity): string {
  const words = declarationOf(name).arguments.map((argument) => usageOfArgument(argument));
  const whole = [name, ...words].join(" ");
  return whole.length <= maxLength ? whole : [name, ...words.slice(0, -1), "..."].join(" ");
}

function usageOfArgument({ name, required = false, repeated = false }: ArgumentDeclaration): string {
  const word = repeated ? `${name} ...` : name;
  return required ? word : `[${word}]`;
}

function settingsPage(): string {
  return [
    wrapped(
      "Every setting is an environment variable. It may also stand as a line NAME=value in the file " +
        "understudy.env of the folder in which the program is started, or in the one that --config names; the " +
        "environment wins. `config` prints what is in force and where it comes from.",
      pageWidth,
      0,
    ),
    "",
    describeSettings(),
    "",
  ].join("\n");
}

function describeExitCodes(): string {
  return columns(
    Object.entries(exitCodes).map((
      [name, code],
    ) => [String(code).padStart(3), exitCodeMeanings[name as keyof typeof exitCodes]]),
    5,
  );
}

/** Rows of two columns, indented; a row whose first word is too long begins a line of its own. */
function columns(rows: readonly (readonly string[])[], width: number): string {
  return rows.map(([left, right]) => {
    const text = wrapped(right, pageWidth, width + 2);
    return left.length > width - 2
      ? `  ${left}\n${" ".repeat(width + 2)}${text}`
      : `  ${left.padEnd(width)}${text}`;
  }).join("\n");
}

/** Lines of a text, the later ones indented. */
function wrapped(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || indent + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

function capitalised(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
