/** The program in a process of its own, on the clock driver, as a benchmark starts it. */
import { awaitOutput } from "./await_output.ts";

const here = new URL("..", import.meta.url).pathname;

export interface StartedProgram {
  readonly process: Deno.ChildProcess;
  /** Where it listens for OSC. */
  readonly port: number;
  /** Time from the command until it plays. */
  readonly readyMs: number;
}

export interface ProgramOptions {
  /** What plays; omitted: what the settings say. */
  readonly patch?: string;
  /** Settings beside the driver and the port. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Its folder; omitted: this one. */
  readonly checkout?: string;
}

/** Resolves when it plays. Its log is read on, and dropped. Throws with the log where it ends before. */
export async function startProgram(
  { patch, environment, checkout = here }: ProgramOptions = {},
): Promise<StartedProgram> {
  const beganMs = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "main.ts", "start", ...(patch === undefined ? [] : [patch])],
    cwd: checkout,
    env: { UNDERSTUDY_DRIVER: "clock", UNDERSTUDY_OSC_PORT: "0", ...environment },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const [, port] = await awaitOutput(process.stderr, /ready: OSC on .*:(\d+)\s/);
  return { process, port: Number(port), readyMs: performance.now() - beganMs };
}

/** Ends it as a user does, and waits for its end. */
export async function stopProgram({ process }: StartedProgram): Promise<void> {
  process.kill("SIGTERM");
  await process.status;
}
