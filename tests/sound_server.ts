/** A real, paced sound server without a card: `jackd -d dummy`, under a name of its own so that tests do not meet. */
export interface SoundServer {
  readonly name: string;
  /** What a client needs in its environment to find this server. */
  readonly env: Readonly<Record<string, string>>;
  /** What the server has printed so far. */
  log(): string;
  stop(): Promise<void>;
  /** Ends the server by force, as if it had crashed. */
  kill(): Promise<void>;
}

let started = 0;

/** Starts a server and waits until clients can connect. Throws with its own words when it does not come up. */
export async function startSoundServer(
  sampleRateHz: number,
  periodFrames: number,
  name = `understudy-${Deno.pid}-${++started}`,
): Promise<SoundServer> {
  const process = new Deno.Command("jackd", {
    args: ["-n", name, "-R", "-d", "dummy", "-r", String(sampleRateHz), "-p", String(periodFrames)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = [process.stdout, process.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) log += text;
  });
  const env = { JACK_DEFAULT_SERVER: name, JACK_NO_START_SERVER: "1" };
  const finish = async (signal: Deno.Signal) => {
    process.kill(signal);
    await process.status;
    await Promise.all(reading);
  };
  const deadline = performance.now() + 15_000;
  while (!(await new Deno.Command("jack_lsp", { env, stdout: "null", stderr: "null" }).output()).success) {
    if (performance.now() > deadline) {
      await finish("SIGKILL");
      throw new Error(`jackd did not come up:\n${log}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return { name, env, log: () => log, stop: () => finish("SIGTERM"), kill: () => finish("SIGKILL") };
}

export const soundServerNeeds = {
  commands: ["jackd", "jack_lsp", "jack-record", "oscsend"],
  libraries: ["libportaudio.so.2"],
  install: "apt-get install jackd2 jack-tools liblo-tools libportaudio2",
};
