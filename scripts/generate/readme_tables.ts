/** The tables of the README that derive from declarations: tasks, settings, exit codes. */
import manifest from "../../deno.json" with { type: "json" };
import { settingDescriptions } from "../../config/settings.ts";
import { fillTables } from "./fill_tables.ts";
import { exitCodeMeanings, exitCodes } from "../../foundation/exit_codes.ts";

/** The settings that the README shows; `--help` shows all. */
const mostUsed = [
  "DRIVER",
  "DEVICE",
  "WAIT_DEVICE",
  "SAMPLE_RATE",
  "BLOCK_FRAMES",
  "LOOKAHEAD_BLOCKS",
  "CEILING_DB",
  "PATCH",
  "PATCH_FOLDER",
  "SAMPLE_FOLDER",
  "TUNING",
  "SESSION",
  "STATE",
  "ISOLATION",
  "OSC_HOST",
  "OSC_PORT",
  "OSC_ALLOW",
  "OSC_SECRET",
  "OSCQUERY_PORT",
  "MIDI",
  "FAULTS",
  "LOG_FORMAT",
].map((name) => `UNDERSTUDY_${name}`);

const tables: Readonly<Record<string, () => string>> = {
  tasks: () =>
    table(
      ["task", "what it does"],
      Object.entries<string | { description?: string; command: string }>(manifest.tasks).flatMap((
        [name, task],
      ) =>
        typeof task === "string" || task.description === undefined ? [] : [[code(name), task.description]]
      ),
    ),
  settings: () =>
    table(
      ["variable", "default", "meaning", "values"],
      mostUsed.map((name) => {
        const found = settingDescriptions.find((setting) => setting.name === name);
        if (!found) throw new Error(`there is no setting ${name}; correct the list in scripts/generate`);
        const { default: fallback, meaning, expected } = found;
        return [code(name), fallback === undefined ? "" : code(fallback), meaning, expected];
      }),
    ),
  "exit codes": () =>
    table(
      ["code", "meaning"],
      Object.entries(exitCodes).map(([name, value]) => [
        String(value),
        exitCodeMeanings[name as keyof typeof exitCodes],
      ]),
    ),
};

/** The README with every table brought up to date. */
export function readmeTables(current: string): string {
  const contents = Object.entries(tables).map(([name, content]) => [name, content()]);
  return fillTables(current, "README.md", Object.fromEntries(contents));
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table of Markdown with its columns aligned, as `deno fmt` leaves it. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => [...row[column]].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell + " ".repeat(widths[column] - [...cell].length)).join(" | ")} |`;
  return [line(rows[0]), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)].join(
    "\n",
  );
}
