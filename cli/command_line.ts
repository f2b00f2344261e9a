import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "../foundation/nearest.ts";
import type { SessionPart } from "../engine/render/render_session_to_wav.ts";
import { type SampleFormat, sampleFormats } from "../engine/render/sample_format.ts";
import {
  type CommandName,
  commandNames,
  declarationOf,
  globalOptions,
  type OptionDeclaration,
} from "./commands.ts";
import { UsageError } from "./usage_error.ts";

/** One command with its arguments. */
export type CommandLine =
  & (
    | StartCommand
    | RenderCommand
    | RenderScoreCommand
    | SendCommand
    | StatusCommand
    | TopCommand
    | MonitorCommand
    | PatchCommand
    | CheckCommand
    | ConfigCommand
    | ServiceCommand
    | UpgradeCommand
    | CompletionsCommand
    | HelpCommand
    | DoctorCommand
    | ReceiveCommand
    | { readonly command: "devices" | "version" }
  )
  & {
    /** File of settings; omitted: `understudy.env` where there is one. */
    readonly config?: string;
  };

/** Plays. */
export interface StartCommand {
  readonly command: "start";
  /** Omitted: the patch of the settings. */
  readonly patch: string | undefined;
  readonly demo: boolean;
  /** Whether the patch file is loaded again whenever it is saved. */
  readonly watch: boolean;
  /** Whether every line of the log is printed with its time. */
  readonly verbose: boolean;
  /** UDP port of OSC; omitted: as in the settings. */
  readonly port?: number;
  /** File of a show; omitted: that of the settings. */
  readonly show?: string;
  /** Sound file to record to; omitted: that of the settings. */
  readonly record?: string;
}

/** Checks the machine. */
export interface DoctorCommand {
  readonly command: "doctor";
  /** How long the machine's punctuality is measured; omitted: two seconds. */
  readonly measureMs: number | undefined;
}

/** Plays a stream of RTP. */
export interface ReceiveCommand {
  readonly command: "receive";
  /** Files, web addresses, or `ADDRESS:PORT`. */
  readonly places: readonly string[];
  /** One for each leg, or one for all; empty: as the system routes. */
  readonly interfaces: readonly string[];
  readonly latencyMs: number;
  readonly samples: "L24" | "L16";
  readonly channels: number;
  readonly match: boolean;
  readonly json: boolean;
}

/** Where a running engine is found; omitted: as in the settings. */
export interface EngineAddress {
  readonly host?: string;
  readonly port?: number;
}

/** Sends one message, or each line of standard input. */
export interface SendCommand extends EngineAddress {
  readonly command: "send";
  /** The address and the arguments as they were typed; empty: standard input. */
  readonly words: readonly string[];
  /** Longest wait for an answer; omitted: by the address; 0: no wait. */
  readonly timeoutMs: number | undefined;
  readonly json: boolean;
}

/** Prints the status of a running engine. */
export interface StatusCommand extends EngineAddress {
  readonly command: "status";
  readonly json: boolean;
}

/** Shows a running engine until it is ended. */
export interface TopCommand extends EngineAddress {
  readonly command: "top";
  /** Time between two looks; omitted: by the kind of the output. */
  readonly intervalMs: number | undefined;
}

/** Prints the messages of a running engine until it is ended. */
export interface MonitorCommand extends EngineAddress {
  readonly command: "monitor";
  /** Pattern or beginning of the addresses that are shown; omitted: all. */
  readonly pattern: string | undefined;
  readonly directions: readonly (typeof directions[number])[];
  readonly json: boolean;
}

/** Checks patches and shows without playing them. */
export interface CheckCommand {
  readonly command: "check";
  readonly files: readonly string[];
  readonly json: boolean;
  /** Whether what each GO of a show would do is printed as well. */
  readonly run: boolean;
}

/** Prints the settings. */
export interface ConfigCommand {
  readonly command: "config";
  readonly json: boolean;
}

/** Prints the completions of a shell. */
export interface CompletionsCommand {
  readonly command: "completions";
  readonly shell: typeof shells[number];
}

/** Prints help. */
export interface HelpCommand {
  readonly command: "help";
  /** A command, `settings` or `exit-codes`; omitted: the overview. */
  readonly topic: HelpTopic | undefined;
}

export type HelpTopic = CommandName | typeof helpPages[number];

/** Pages of help that are about no command. */
export const helpPages = ["settings", "exit-codes"] as const;

const shells = ["bash", "zsh", "fish"] as const;

/** Of messages, as an engine sees them. */
const directions = ["in", "out"] as const;

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

/** Words of a command line by their kind, before they get a meaning. */
interface Words {
  readonly command: CommandName;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly rest: readonly string[];
}

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = split(args);
  if (values.version) return { command: "version" };
  const [given = "help", ...rest] = positionals;
  if (given === "version") return { command: "version" };
  if (given === "help") return { command: "help", topic: topicOf(rest) };
  const command = commandNames.find((name) => name === given);
  if (command === undefined) {
    throw new UsageError(unknownCommand(given, [...commandNames, "help", "version"]));
  }
  if (values.help) return { command: "help", topic: command };
  checkOptions(command, values);
  const { arguments: declared } = declarationOf(command);
  const maxArguments = declared.at(-1)?.repeated ? Infinity : declared.length;
  if (rest.length > maxArguments) {
    const expected = `${maxArguments === 0 ? "no" : `at most ${maxArguments}`} argument`;
    throw new UsageError(`${command}: expected ${expected}, found ${rest.length}`);
  }
  const config = text(values.config);
  return { ...meaningOf({ command, values, rest }), ...(config === undefined ? {} : { config }) };
}

function topicOf(rest: readonly string[]): HelpTopic | undefined {
  if (rest.length === 0) return undefined;
  const topics: readonly HelpTopic[] = [...commandNames, ...helpPages];
  const topic = topics.find((name) => name === rest[0]);
  if (topic === undefined) {
    throw new UsageError(
      `there is no help on "${rest[0]}"; did you mean "${nearest(rest[0], topics)}"?`,
    );
  }
  return topic;
}

function unknownCommand(given: string, known: readonly string[]): string {
  if (given.startsWith("/")) return `there is no command "${given}"; did you mean "send ${given}"?`;
  return `there is no command "${given}"; did you mean "${nearest(given, known)}"?`;
}

/** Refuses options of other commands. */
function checkOptions(command: CommandName, values: Words["values"]): void {
  for (const name of Object.keys(values)) {
    if (name in globalOptions || name in declarationOf(command).options) continue;
    const takers = commandNames.filter((other) => name in declarationOf(other).options);
    throw new UsageError(`--${name} goes with ${takers.join(", ")}, not with ${command}`);
  }
}

function meaningOf({ command, values, rest }: Words): CommandLine {
  const isOn = (name: string) => values[name] === true;
  switch (command) {
    case "start": {
      const switches = { demo: isOn("demo"), watch: isOn("watch"), verbose: isOn("verbose") };
      const record = text(values.record);
      if (record === "") {
        throw new UsageError("--record: expected a file that ends in .wav or .flac, or a folder");
      }
      const show = text(values.show);
      if (show === "") throw new UsageError("--show: expected the file of a show, such as play.json");
      return {
        ...{ command, patch: rest[0], ...switches, ...engineAddress(values) },
        ...(show === undefined ? {} : { show }),
        ...(record === undefined ? {} : { record }),
      };
    }
    case "send":
      return {
        ...{ command, ...engineAddress(values), json: isOn("json") },
        words: rest.length === 1 && rest[0] === "-" ? [] : rest,
        timeoutMs: milliseconds("--timeout", values.timeout, 0),
      };
    case "status":
      return { command, ...engineAddress(values), json: isOn("json") };
    case "top":
      return {
        ...{ command, ...engineAddress(values) },
        intervalMs: milliseconds("--interval", values.interval, 0.1),
      };
    case "monitor": {
      const only = directions.find((direction) => direction === values.only);
      if (values.only !== undefined && only === undefined) {
        throw new UsageError(`--only: expected ${directions.join(" or ")}, found "${values.only}"`);
      }
      return {
        ...{ command, ...engineAddress(values), pattern: rest[0], json: isOn("json") },
        directions: only === undefined ? directions : [only],
      };
    }
    case "patch":
      return patchCommand(rest[0], values);
    case "check":
      if (rest.length > 0) return { command, files: rest, json: isOn("json"), run: isOn("run") };
      throw new UsageError("check: expected the file of a patch or a show, e.g. `understudy check organ.ts`");
    case "config":
      return { command, json: isOn("json") };
    case "service": {
      const action = serviceActions.find((name) => name === rest[0]);
      if (action !== undefined) return { command, action, system: isOn("system") };
      throw new UsageError(`service: expected ${serviceActions.join(", ")}, found "${rest[0] ?? ""}"`);
    }
    case "upgrade":
      if (rest[0] === undefined || /^[1-9]\d*$/.test(rest[0])) {
        return { command, pid: rest[0] === undefined ? undefined : Number(rest[0]) };
      }
      throw new UsageError(`upgrade: expected the number of a process, found "${rest[0]}"`);
    case "completions": {
      const shell = shells.find((name) => name === rest[0]);
      if (shell !== undefined) return { command, shell };
      throw new UsageError(`completions: expected ${shells.join(", ")}, found "${rest[0] ?? ""}"`);
    }
    case "render":
      return renderCommand(rest[0], values);
    case "doctor":
      return { command, measureMs: milliseconds("--seconds", values.seconds, 0.1) };
    case "receive":
      return receiveCommand(rest, values);
    case "devices":
      return { command };
  }
}

/** Most of `--latency`: what the receiver keeps of packets of 125 µs. */
const maxLatencyMs = 400;

function receiveCommand(places: readonly string[], values: Words["values"]): ReceiveCommand {
  if (places.length === 0) {
    throw new UsageError(
      "receive: expected a session description or ADDRESS:PORT, e.g. `understudy receive 239.69.1.1:5004`",
    );
  }
  const [samples, match] = [text(values.samples) ?? "L24", text(values.match) ?? "on"];
  if (samples !== "L24" && samples !== "L16") {
    throw new UsageError(`--samples: expected L24 or L16, found "${samples}"`);
  }
  if (match !== "on" && match !== "off") {
    throw new UsageError(`--match: expected on or off, found "${match}"`);
  }
  return {
    command: "receive",
    places,
    interfaces: text(values.interface)?.split(",").map((name) => name.trim()) ?? [],
    latencyMs: whole("--latency", text(values.latency) ?? "20", maxLatencyMs),
    samples,
    channels: whole("--channels", text(values.channels) ?? "2", 8),
    match: match === "on",
    json: values.json === true,
  };
}

function whole(option: string, given: string, max: number): number {
  if (/^\d+$/.test(given) && Number(given) >= 1 && Number(given) <= max) return Number(given);
  throw new UsageError(`${option}: expected a whole number from 1 to ${max}, found "${given}"`);
}

function engineAddress(values: Words["values"]): EngineAddress {
  const [host, port] = [text(values.host), text(values.port)];
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    throw new UsageError(`--port: expected a whole number from 1 to 65535, found "${port}"`);
  }
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Longest `--timeout` and `--interval`, and `--seconds` of `doctor`, in seconds. */
const maxWaitSeconds = 3_600;

function milliseconds(option: string, given: Words["values"][string], least: number): number | undefined {
  const value = text(given);
  if (value === undefined) return undefined;
  if (/^\d*\.?\d+$/.test(value) && Number(value) >= least && Number(value) <= maxWaitSeconds) {
    return Number(value) * 1_000;
  }
  throw new UsageError(`${option}: expected ${least} to ${maxWaitSeconds} seconds, found "${value}"`);
}

function renderCommand(
  given: string | undefined,
  values: Words["values"],
): RenderCommand | RenderScoreCommand {
  const [score, from, length] = [text(values.score), text(values.from), text(values.seconds)];
  if (score === undefined) {
    for (const name of Object.keys(values)) {
      if (name in globalOptions || ["out", "from", "seconds", "stems"].includes(name)) continue;
      throw new UsageError(`--${name} goes with --score FILE; a session is rendered as it was played`);
    }
  } else {
    if (from !== undefined) {
      throw new UsageError("--from goes with a session; a score says itself when it begins");
    }
    if (values.stems) {
      throw new UsageError("--stems goes with a session; record one with UNDERSTUDY_SESSION");
    }
    return renderScore(values, given, score);
  }
  if (given === undefined) {
    throw new UsageError(
      "render: expected a session file, e.g. `understudy render evening.session`, or a patch and a score, " +
        "e.g. `understudy render keys --score tune.txt`",
    );
  }
  return {
    command: "render",
    session: given,
    out: text(values.out) ?? given.replace(/\.session$/, "") + ".wav",
    ...(values.stems === true && { stems: true }),
    part: {
      ...(from === undefined ? {} : { fromSeconds: seconds("--from", from, maxSessionSeconds) }),
      ...(length === undefined ? {} : { seconds: seconds("--seconds", length, maxSessionSeconds) }),
    },
  };
}

function patchCommand(patch: string | undefined, values: Words["values"]): PatchCommand {
  if (patch === undefined) {
    throw new UsageError("patch: expected the name or file of a patch, e.g. `understudy patch organ.ts`");
  }
  const shown = (["schedule", "wat", "json"] as const).filter((name) => values[name]);
  if (shown.length > 1) {
    throw new UsageError(`patch: expected one of --schedule, --wat, --json, found ${shown.length}`);
  }
  const graph = text(values.graph);
  if (graph !== undefined && !/\.(svg|dot)$/.test(graph)) {
    throw new UsageError(`--graph: expected a file that ends in .svg or .dot, found "${graph}"`);
  }
  return { command: "patch", patch, show: shown[0] ?? "summary", graph };
}

/** Longest `--seconds` and `--tail`: as long as a score may be. */
const maxSeconds = 100_000;

/** Longest `--from` and `--seconds` of a session: a year. */
const maxSessionSeconds = 31_536_000;

const defaultTailSeconds = 10;

function renderScore(
  values: Words["values"],
  patch: string | undefined,
  score: string,
): RenderScoreCommand {
  const format = text(values.format) ?? "32f";
  const [length, tail, given] = [text(values.seconds), text(values.tail), text(values.out)];
  if (!(sampleFormats as readonly string[]).includes(format)) {
    throw new UsageError(`--format: expected ${sampleFormats.join(", ")}, found "${format}"`);
  }
  if (values.dither && format === "32f") throw new UsageError("--dither goes with --format 16 or 24");
  if (length !== undefined && tail !== undefined) {
    throw new UsageError("--seconds fixes the length; leave --tail out, or --seconds");
  }
  if (score === "") throw new UsageError("--score: expected the path of a score, or - for standard input");
  if (score === "-" && given === undefined) {
    throw new UsageError("a score from standard input needs --out FILE");
  }
  const out = given ?? score.replace(/\.[^./\\]+$/, "") + ".wav";
  if ([score, patch].some((path) => path !== undefined && resolve(path) === resolve(out))) {
    throw new UsageError(`--out ${out} would overwrite what is rendered; choose another name`);
  }
  return {
    command: "renderScore",
    patch,
    score,
    out,
    format: format as SampleFormat,
    dither: values.dither === true,
    seconds: length === undefined ? undefined : seconds("--seconds", length),
    tailSeconds: tail === undefined ? defaultTailSeconds : seconds("--tail", tail),
  };
}

function seconds(option: string, given: string, most = maxSeconds): number {
  const value = Number(given);
  if (/^[\d.]+$/.test(given) && value <= most) return value;
  throw new UsageError(`${option}: expected 0 to ${most} seconds, found "${given}"`);
}

/** Stands before a word that looks like an option and is a negative number. */
const numberMark = "\0";

/** All options of all commands, as `parseArgs` takes them. */
const allOptions = Object.fromEntries(
  [globalOptions, ...commandNames.map((name) => declarationOf(name).options)]
    .flatMap((options) => Object.entries<OptionDeclaration>(options))
    .map(([name, { short, value }]) => [
      name,
      {
        type: value === undefined ? "boolean" : "string",
        ...(short === undefined ? {} : { short }),
      } as const,
    ]),
);

/** Tells options from arguments. A negative number is an argument, and so is everything behind `--`. */
function split(args: readonly string[]): {
  readonly values: Words["values"];
  readonly positionals: readonly string[];
} {
  const unmarked = (word: string) => word.startsWith(numberMark) ? word.slice(1) : word;
  try {
    const { values, positionals } = parseArgs({
      args: args.map((word) => /^-\.?\d/.test(word) ? numberMark + word : word),
      allowPositionals: true,
      options: allOptions,
    });
    return {
      values: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          typeof value === "string" ? unmarked(value) : value as boolean | undefined,
        ]),
      ),
      positionals: positionals.map(unmarked),
    };
  } catch (cause) {
    const { message } = cause as Error;
    const unknown = /^Unknown option '(--?[^'=]*)'/.exec(message)?.[1];
    const bare = /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message)
      ?.[1];
    if (bare !== undefined) throw new UsageError(`${bare}: expected a value behind it`, { cause });
    if (unknown === undefined) throw new UsageError(message.split(". To specify")[0], { cause });
    const command = commandNames.find((name) => args.includes(name));
    const own = command === undefined ? allOptions : { ...declarationOf(command).options, ...globalOptions };
    const options = Object.keys(own).map((name) => `--${name}`);
    throw new UsageError(`there is no option ${unknown}; did you mean ${nearest(unknown, options)}?`, {
      cause,
    });
  }
}
