/** The program as a user starts it, in one process, with the operator's page at a port that the test chooses. */
import { until } from "../until.ts";

/** A program that serves a page. */
export interface PageProgram {
  readonly url: string;
  readonly pid: number;
  /** What it printed so far. */
  output(): string;
  /** Ends it as SIGTERM does, or at once. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export interface PageProgramOptions {
  /** Omitted: that of the show. */
  readonly patch?: string;
  readonly port: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Many times what a start takes on a slow and busy machine. */
const startMs = 240_000;

const root = new URL("../../", import.meta.url);

/** Starts it; resolves when it answers. */
export async function startPageProgram(options: PageProgramOptions): Promise<PageProgram> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("main.ts", root).pathname,
      "start",
      ...(options.patch === undefined ? [] : [options.patch]),
    ],
    env: {
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_FAULTS: "on",
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: String(options.port),
      UNDERSTUDY_CACHE_DIR: new URL("build/native-tests", root).pathname,
      ...options.environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
  }));
  let hasEnded = false;
  const ended = child.status.then(() => void (hasEnded = true));
  try {
    await until("the program is ready", () => hasEnded || text.includes("ready: OSC"), startMs);
    if (hasEnded) throw new Error("the program has ended");
  } catch (cause) {
    if (!hasEnded) child.kill("SIGKILL");
    throw new Error(`the page's program did not start; it said:\n${text}`, { cause });
  }
  return {
    url: `http://127.0.0.1:${options.port}/`,
    pid: child.pid,
    output: () => text,
    stop: async (signal = "SIGTERM") => {
      if (!hasEnded) child.kill(signal);
      await Promise.all([ended, reading]);
    },
  };
}

/** A port of TCP that nobody has. */
export function freeTcpPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
