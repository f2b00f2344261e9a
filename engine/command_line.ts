import { parseArgs } from "node:util";
import { describeConfig } from "./config.ts";
import { nearest } from "./nearest.ts";

/** What the user asked for. */
export type CommandLine =
  | { readonly command: "start"; readonly patch: string | undefined }
  | { readonly command: "render"; readonly session: string; readonly out: string }
  | PatchCommand
  | { readonly command: "devices" | "doctor" | "help" | "version" };

/** Shows a patch. */
export interface PatchCommand {
  readonly command: "patch";
  readonly patch: string;
  /** What is printed: a summary, the summary with every operation, WebAssembly text, or the graph as JSON. */
  readonly show: "summary" | "schedule" | "wat" | "json";
  /** File for the picture, `.svg` or `.dot`. */
  readonly graph: string | undefined;
}

/** The arguments make no sense; the message says what was expected. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const commands = ["start", "render", "patch", "devices", "doctor", "help", "version"] as const;
type Command = typeof commands[number];

/** Options and the command that each goes with. */
const optionOf = {
  out: { command: "render", type: "string", short: "o" },
  schedule: { command: "patch", type: "boolean" },
  wat: { command: "patch", type: "boolean" },
  json: { command: "patch", type: "boolean" },
  graph: { command: "patch", type: "string" },
} as const;

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  const [given = "help", ...rest] = positionals;
  if (!(commands as readonly string[]).includes(given)) {
    throw new UsageError(`there is no command "${given}"; did you mean "${nearest(given, commands)}"?`);
  }
  const command = given as Command;
  for (const name of Object.keys(optionOf) as (keyof typeof optionOf)[]) {
    if (values[name] !== undefined && optionOf[name].command !== command) {
      throw new UsageError(`--${name} goes with ${optionOf[name].command}, not with ${command}`);
    }
  }
  const most = command === "start" || command === "render" || command === "patch" ? 1 : 0;
  if (rest.length > most) {
    throw new UsageError(`${command}: expected at most ${most} argument, found ${rest.length}`);
  }
  if (command === "start") return { command, patch: rest[0] };
  if (command === "patch") return patchCommand(rest[0], values);
  if (command !== "render") return { command };
  if (rest[0] === undefined) {
    throw new UsageError("render: expected a session file, e.g. `understudy render evening.session`");
  }
  return { command, session: rest[0], out: values.out ?? rest[0].replace(/\.session$/, "") + ".wav" };
}

function patchCommand(patch: string | undefined, values: ReturnType<typeof parse>["values"]): PatchCommand {
  if (patch === undefined) {
    throw new UsageError("patch: expected the name or file of a patch, e.g. `understudy patch organ.ts`");
  }
  const shown = (["schedule", "wat", "json"] as const).filter((name) => values[name]);
  if (shown.length > 1) {
    throw new UsageError(`patch: expected one of --schedule, --wat, --json, found ${shown.length}`);
  }
  if (values.graph !== undefined && !/\.(svg|dot)$/.test(values.graph)) {
    throw new UsageError(`--graph: expected a file that ends in .svg or .dot, found "${values.graph}"`);
  }
  return { command: "patch", patch, show: shown[0] ?? "summary", graph: values.graph };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "V" },
        ...optionOf,
      },
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

/** What `--help` prints: commands, settings, exit codes. */
export function helpText(): string {
  return `Understudy: an audio engine that plays on when a part of it falls.

Usage:
  understudy start [PATCH]             play, and listen for OSC; PATCH as in UNDERSTUDY_PATCH
  understudy render SESSION [-o FILE]  render a recorded session to a WAV file (32-bit float), and compare
                                       every block with what the device got; FILE by default beside SESSION
  understudy patch PATCH               what a patch is made of: parameters, operations, memory, compile time
                   [--schedule]        with every operation, and when it is computed
                   [--wat | --json]    its WebAssembly text, or its graph as data, instead
                   [--graph FILE]      draws it into FILE, .svg or .dot
  understudy devices                   list the audio devices
  understudy doctor                    what is installed, what is missing, how it is mended; measured jitter
  understudy help, --help, -h          this text
  understudy version, --version, -V    the version

PATCH is a name (sines, keys) or a file (./organ.ts).

Settings (environment variables):
${describeConfig()}

Exit codes:
  0 ok   1 internal error   2 arguments or settings   3 audio device   4 native part   5 OSC port   6 session file
`;
}
