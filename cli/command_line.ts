import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "../foundation/nearest.ts";
import type { SessionPart } from "../engine/render/render_session_to_wav.ts";
import { type SampleFormat, sampleFormats } from "../engine/render/sample_format.ts";
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";

/** One command with its arguments. */
export type CommandLine =
  | StartCommand
  | RenderCommand
  | RenderScoreCommand
  | PatchCommand
  | ServiceCommand
  | UpgradeCommand
  | { readonly command: "devices" | "doctor" | "help" | "version" };

/** Plays. */
export interface StartCommand {
  readonly command: "start";
  readonly patch: string | undefined;
  readonly demo: boolean;
  /** Sound file to record to; omitted: that of the settings. */
  readonly record?: string;
}

/** Renders a recorded session. */
export interface RenderCommand {
  readonly command: "render";
  readonly session: string;
  readonly out: string;
  readonly part: SessionPart;
  /** Each instrument as a file of its own, beside the whole. */
  readonly stems?: boolean;
}

/** Shows a patch. */
export interface PatchCommand {
  readonly command: "patch";
  readonly patch: string;
  /** A summary, the summary with every operation, WebAssembly text, or the graph as JSON. */
  readonly show: "summary" | "schedule" | "wat" | "json";
  /** File for the picture, `.svg` or `.dot`. */
  readonly graph: string | undefined;
}

/** Brings this version into an engine that plays. */
export interface UpgradeCommand {
  readonly command: "upgrade";
  /** Its process; omitted: the only one. */
  readonly pid: number | undefined;
}

/** Installs or removes the systemd unit, or shows its state. */
export interface ServiceCommand {
  readonly command: "service";
  readonly action: typeof serviceActions[number];
  /** For the machine and not for this user. */
  readonly system: boolean;
}

const serviceActions = ["install", "remove", "status"] as const;

/** Renders a patch from a score. */
export interface RenderScoreCommand {
  readonly command: "renderScore";
  /** Omitted: the patch of the settings. */
  readonly patch: string | undefined;
  /** Path of the score, `-` for standard input. */
  readonly score: string;
  readonly out: string;
  readonly format: SampleFormat;
  readonly dither: boolean;
  /** Exact length; omitted: until it is silent. */
  readonly seconds: number | undefined;
  readonly tailSeconds: number;
}

/** The arguments make no sense; the message says what was expected. */
export class UsageError extends ExitError {
  override readonly name = "UsageError";
  override readonly exitCode = exitCodes.usage;
}

const commands = [
  "start",
  "render",
  "patch",
  "service",
  "upgrade",
  "devices",
  "doctor",
  "help",
  "version",
] as const;
type Command = typeof commands[number];

/** Each option and the command that takes it. */
const optionOf = {
  demo: { command: "start", type: "boolean" },
  record: { command: "start", type: "string" },
  out: { command: "render", type: "string", short: "o" },
  score: { command: "render", type: "string", short: "s" },
  format: { command: "render", type: "string" },
  dither: { command: "render", type: "boolean" },
  from: { command: "render", type: "string" },
  seconds: { command: "render", type: "string" },
  tail: { command: "render", type: "string" },
  stems: { command: "render", type: "boolean" },
  schedule: { command: "patch", type: "boolean" },
  wat: { command: "patch", type: "boolean" },
  json: { command: "patch", type: "boolean" },
  graph: { command: "patch", type: "string" },
  system: { command: "service", type: "boolean" },
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
    if (values[name] === undefined) continue;
    if (optionOf[name].command !== command) {
      throw new UsageError(`--${name} goes with ${optionOf[name].command}, not with ${command}`);
    }
    const isOfSessions = ["out", "from", "seconds", "stems"].includes(name);
    if (command === "render" && !isOfSessions && values.score === undefined) {
      throw new UsageError(`--${name} goes with --score FILE; a session is rendered as it was played`);
    }
  }
  const maxArguments = ["start", "render", "patch", "service", "upgrade"].includes(command) ? 1 : 0;
  if (rest.length > maxArguments) {
    throw new UsageError(`${command}: expected at most ${maxArguments} argument, found ${rest.length}`);
  }
  if (command === "start") {
    if (values.record === "") {
      throw new UsageError("--record: expected a file that ends in .wav or .flac, or a folder");
    }
    const { demo = false, record } = values;
    return { command, patch: rest[0], demo, ...(record !== undefined && { record }) };
  }
  if (command === "patch") return patchCommand(rest[0], values);
  if (command === "service") {
    const action = serviceActions.find((name) => name === rest[0]);
    if (action !== undefined) return { command, action, system: values.system ?? false };
    throw new UsageError(`service: expected ${serviceActions.join(", ")}, found "${rest[0] ?? ""}"`);
  }
  if (command === "upgrade") {
    if (rest[0] === undefined || /^[1-9]\d*$/.test(rest[0])) {
      return { command, pid: rest[0] === undefined ? undefined : Number(rest[0]) };
    }
    throw new UsageError(`upgrade: expected the number of a process, found "${rest[0]}"`);
  }
  if (command !== "render") return { command };
  if (values.score !== undefined && values.from !== undefined) {
    throw new UsageError("--from goes with a session; a score says itself when it begins");
  }
  if (values.score !== undefined && values.stems) {
    throw new UsageError("--stems goes with a session; record one with UNDERSTUDY_SESSION");
  }
  if (values.score !== undefined) return renderScore(values, rest[0], values.score);
  if (rest[0] === undefined) {
    throw new UsageError(
      "render: expected a session file, e.g. `understudy render evening.session`, or a patch and a score, " +
        "e.g. `understudy render keys --score tune.txt`",
    );
  }
  return {
    command,
    session: rest[0],
    out: values.out ?? rest[0].replace(/\.session$/, "") + ".wav",
    ...(values.stems && { stems: true }),
    part: {
      ...(values.from === undefined
        ? {}
        : { fromSeconds: seconds("--from", values.from, maxSessionSeconds) }),
      ...(values.seconds === undefined
        ? {}
        : { seconds: seconds("--seconds", values.seconds, maxSessionSeconds) }),
    },
  };
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

/** Longest `--seconds` and `--tail`: as long as a score may be. */
const maxSeconds = 100_000;

/** Longest `--from` and `--seconds` of a session: a year. */
const maxSessionSeconds = 31_536_000;

const defaultTailSeconds = 10;

function renderScore(
  values: ReturnType<typeof parse>["values"],
  patch: string | undefined,
  score: string,
): RenderScoreCommand {
  const format = values.format ?? "32f";
  if (!(sampleFormats as readonly string[]).includes(format)) {
    throw new UsageError(`--format: expected ${sampleFormats.join(", ")}, found "${format}"`);
  }
  if (values.dither && format === "32f") throw new UsageError("--dither goes with --format 16 or 24");
  if (values.seconds !== undefined && values.tail !== undefined) {
    throw new UsageError("--seconds fixes the length; leave --tail out, or --seconds");
  }
  if (score === "") throw new UsageError("--score: expected the path of a score, or - for standard input");
  if (score === "-" && values.out === undefined) {
    throw new UsageError("a score from standard input needs --out FILE");
  }
  const out = values.out ?? score.replace(/\.[^./\\]+$/, "") + ".wav";
  if ([score, patch].some((path) => path !== undefined && resolve(path) === resolve(out))) {
    throw new UsageError(`--out ${out} would overwrite what is rendered; choose another name`);
  }
  return {
    command: "renderScore",
    patch,
    score,
    out,
    format: format as SampleFormat,
    dither: values.dither ?? false,
    seconds: values.seconds === undefined ? undefined : seconds("--seconds", values.seconds),
    tailSeconds: values.tail === undefined ? defaultTailSeconds : seconds("--tail", values.tail),
  };
}

function seconds(option: string, text: string, most = maxSeconds): number {
  const value = Number(text);
  if (/^[\d.]+$/.test(text) && value <= most) return value;
  throw new UsageError(`${option}: expected 0 to ${most} seconds, found "${text}"`);
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
    const { message } = cause as Error;
    const unknown = /^Unknown option '(--?[^'=]*)'/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message, { cause });
    const options = ["help", "version", ...Object.keys(optionOf)].map((name) => `--${name}`);
    throw new UsageError(`there is no option ${unknown}; did you mean ${nearest(unknown, options)}?`, {
      cause,
    });
  }
}
