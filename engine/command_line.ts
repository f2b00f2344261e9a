import { parseArgs } from "node:util";
import { describeConfig } from "./config.ts";
import { nearest } from "./nearest.ts";

/** What the user asked for. */
export type CommandLine =
  | { readonly command: "start"; readonly patch: string | undefined }
  | { readonly command: "render"; readonly session: string; readonly out: string }
  | { readonly command: "devices" | "doctor" | "help" | "version" };

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
  if (values.out !== undefined && command !== "render") {
    throw new UsageError(`--out goes with render, not with ${command}`);
  }
  const most = command === "start" || command === "render" ? 1 : 0;
  if (rest.length > most) {
    throw new UsageError(`${command}: expected at most ${most} argument, found ${rest.length}`);
  }
  if (command === "start") return { command, patch: rest[0] };
  if (command !== "render") return { command: command as "devices" | "doctor" | "help" | "version" };
  if (rest[0] === undefined) {
    throw new UsageError("render: expected a session file, e.g. `understudy render evening.session`");
  }
  return { command, session: rest[0], out: values.out ?? rest[0].replace(/\.session$/, "") + ".wav" };
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
  understudy devices                   list the audio devices
  understudy doctor                    what is installed, what is missing, how it is mended; measured jitter
  understudy help, --help, -h          this text
  understudy version, --version, -V    the version

Settings (environment variables):
${describeConfig()}

Exit codes:
  0 ok   1 internal error   2 arguments or settings   3 audio device   4 native part   5 OSC port   6 session file
`;
}
