import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeConfig } from "./config.ts";
import { nearest } from "./nearest.ts";
import { type SampleFormat, sampleFormats } from "./session/sample_format.ts";

/** What the user asked for. */
export type CommandLine =
  | { readonly command: "start"; readonly patch: string | undefined }
  | { readonly command: "render"; readonly session: string; readonly out: string }
  | RenderScoreCommand
  | { readonly command: "devices" | "doctor" | "help" | "version" };

/** Render a patch from a score. */
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
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const commands = ["start", "render", "devices", "doctor", "help", "version"] as const;

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  const [command = "help", ...rest] = positionals;
  if (!(commands as readonly string[]).includes(command)) {
    throw new UsageError(`there is no command "${command}"; did you mean "${nearest(command, commands)}"?`);
  }
  for (const option of renderOptions) {
    if (values[option] === undefined) continue;
    if (command !== "render") throw new UsageError(`--${option} goes with render, not with ${command}`);
    if (option !== "out" && values.score === undefined) {
      throw new UsageError(`--${option} goes with --score FILE; a session is rendered as it was played`);
    }
  }
  const most = command === "start" || command === "render" ? 1 : 0;
  if (rest.length > most) {
    throw new UsageError(`${command}: expected at most ${most} argument, found ${rest.length}`);
  }
  if (command === "start") return { command, patch: rest[0] };
  if (command !== "render") return { command: command as "devices" | "doctor" | "help" | "version" };
  if (values.score !== undefined) return renderScore(values, rest[0], values.score);
  if (rest[0] === undefined) {
    throw new UsageError(
      "render: expected a session file, e.g. `understudy render evening.session`, or a patch and a score, " +
        "e.g. `understudy render keys --score tune.txt`",
    );
  }
  return { command, session: rest[0], out: values.out ?? rest[0].replace(/\.session$/, "") + ".wav" };
}

const renderOptions = ["out", "score", "format", "dither", "seconds", "tail"] as const;

/** Most that `--seconds` and `--tail` take: as long as a score may be. */
const longestSeconds = 100_000;

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

function seconds(option: string, text: string): number {
  const value = Number(text);
  if (/^[\d.]+$/.test(text) && value <= longestSeconds) return value;
  throw new UsageError(`${option}: expected 0 to ${longestSeconds} seconds, found "${text}"`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "V" },
        out: { type: "string", short: "o" },
        score: { type: "string", short: "s" },
        format: { type: "string" },
        dither: { type: "boolean" },
        seconds: { type: "string" },
        tail: { type: "string" },
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
  understudy render [PATCH] --score SCORE [-o FILE]
                                       render a patch from a score (docs/scores.md) to a WAV file, faster than
                                       it plays; FILE by default beside SCORE, SCORE may be - for standard input
      --format 16|24|32f               samples: integers, or 32-bit float (default), which are the bytes played live
      --dither                         triangular noise before rounding to 16 or 24 bits
      --seconds N                      exactly so long; by default until the end that the score sets, or else
      --tail N                         until the sound has died away, at most N seconds after the last command (10)
  understudy devices                   list the audio devices
  understudy doctor                    what is installed, what is missing, how it is mended; measured jitter
  understudy help, --help, -h          this text
  understudy version, --version, -V    the version

Settings (environment variables):
${describeConfig()}

Exit codes:
  0 ok   1 internal error   2 arguments or settings   3 audio device   4 native part   5 OSC port   6 session file
  7 score or WAV file   130 a render was interrupted; an existing FILE is replaced only by a whole render
`;
}
