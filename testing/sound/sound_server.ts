import { until } from "../until.ts";

/** A real, paced sound server without a card: `jackd -d dummy`, under a name that no other has. */
export interface SoundServer {
  readonly name: string;
  /** What a client needs in its environment to find this server. */
  readonly env: Readonly<Record<string, string>>;
  /** What the server has printed so far. */
  log(): string;
  stop(): Promise<void>;
  /** Lets the server stand still, and go on. */
  halt(): void;
  resume(): void;
  /** Ends the server by force, as if it had crashed. */
  kill(): Promise<void>;
}

/** JACK keeps this number of servers in its registry, also those that were killed, until one of the same name starts again. */
const maxServers = 8;

/**
 * Names of servers in the order in which they are tried. They come from a short row, and the first is taken that no living
 * server has. A test that kills its server wants its name back: so each of two files that run at once (`UNDERSTUDY_TEST_JOB`)
 * begins at another place.
 */
export function serverNames(job = Number(Deno.env.get("UNDERSTUDY_TEST_JOB") ?? 0)): readonly string[] {
  const first = job * maxServers / 2;
  return Array.from({ length: maxServers }, (_, index) => `understudy-${(first + index) % maxServers + 1}`);
}

/** Starts a server and waits until clients can connect. Throws with its own words when it does not come up. */
export async function startSoundServer(
  sampleRateHz: number,
  periodFrames: number,
  name?: string,
): Promise<SoundServer> {
  const said: string[] = [];
  for (const tried of name === undefined ? serverNames() : [name]) {
    const outcome = await start(tried, sampleRateHz, periodFrames);
    if (typeof outcome !== "string") return outcome;
    said.push(outcome);
    if (!outcome.includes("server already active")) break;
  }
  const full = said.some((text) => text.includes("Too many servers"));
  const remedy = full
    ? "; when no jackd runs, delete /dev/shm/jack-shm-registry: it is full of dead ones"
    : "";
  throw new Error(`jackd did not come up${remedy}:\n${said.join("\n")}`);
}

/** The server, or what it said when it ended by itself. */
async function start(
  name: string,
  sampleRateHz: number,
  periodFrames: number,
): Promise<SoundServer | string> {
  const process = new Deno.Command("jackd", {
    args: ["-n", name, "-R", "-d", "dummy", "-r", String(sampleRateHz), "-p", String(periodFrames)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = Promise.all([process.stdout, process.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) log += text;
  }));
  let ended = false;
  process.status.then(() => ended = true);
  const finish = async (signal: Deno.Signal) => {
    if (!ended) process.kill(signal);
    await process.status;
    await reading;
  };
  const env = { JACK_DEFAULT_SERVER: name, JACK_NO_START_SERVER: "1" };
  const answers = async () =>
    (await new Deno.Command("jack_lsp", { env, stdout: "null", stderr: "null" }).output()).success;
  // a server of the same name would answer too: ours has the name once it says that it starts
  await until("what the server says", () => ended || /starting in|dummy driver/.test(log));
  const deadlineMs = performance.now() + 60_000;
  while (ended || !await answers()) {
    if (ended || performance.now() > deadlineMs) {
      await finish("SIGKILL");
      return log;
    }
  }
  return {
    name,
    env,
    log: () => log,
    halt: () => process.kill("SIGSTOP"),
    resume: () => process.kill("SIGCONT"),
    stop: () => finish("SIGTERM"),
    kill: () => finish("SIGKILL"),
  };
}

export const soundServerNeeds = {
  commands: ["jackd", "jack_lsp", "jack-record", "oscsend"],
  libraries: ["libportaudio.so.2"],
  install: "apt-get install jackd2 jack-tools liblo-tools libportaudio2",
};
