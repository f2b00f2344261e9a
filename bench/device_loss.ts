/**
 * What a sound server costs that is killed, stands still, or changes its period under the engine: frames that are missing, and seconds to
 * sound. On jackd, and on PipeWire's JACK where it is installed.
 *
 *     deno task bench:device [--restarts 50] [--freezes 3] [--rounds 2] [--json FILE]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";
import { startTestEngine, type TestEngine } from "../testing/engine/test_engine.ts";
import { onPath } from "../testing/requirement.ts";
import { pipeWireLibraryFolder, pipeWireNeeds, startPipeWire } from "../testing/sound/pipewire_server.ts";
import { type SoundServer, startSoundServer } from "../testing/sound/sound_server.ts";
import { until } from "../testing/until.ts";
import { median } from "./median.ts";

/** A server that this benchmark breaks. */
interface Server {
  readonly env: Readonly<Record<string, string>>;
  setPeriod(frames: number): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  halt(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** One line of the table. */
interface Measured {
  readonly what: string;
  readonly times: number;
  readonly noticedMs?: readonly number[];
  readonly soundAfterMs?: readonly number[];
  /** Frames that the clock took in place of the device: nobody heard them, and the music went on. */
  readonly unheard?: readonly number[];
  /** Frames that no renderer had, until the device played again; and in the second after. */
  readonly concealed: readonly number[];
  readonly concealedAfter: readonly number[];
}

const sampleRateHz = 48_000;
const periods = [64, 1_024, 128, 2_048, 128, 4_096, 256];
const frozenSeconds = 5;

async function jackd(): Promise<Server> {
  let server: SoundServer = await startSoundServer(sampleRateHz, 128);
  const { env, name } = server;
  return {
    env,
    setPeriod: async (frames) => {
      await new Deno.Command("jack_bufsize", { args: [String(frames)], env, stdout: "null", stderr: "null" })
        .output();
    },
    kill: () => server.kill(),
    restart: async () => {
      server = await startSoundServer(sampleRateHz, 128, name);
    },
    halt: () => server.halt(),
    resume: () => server.resume(),
    stop: () => server.stop(),
  };
}

async function pipeWire(): Promise<Server> {
  const server = await startPipeWire();
  await server.setQuantum(128);
  return {
    ...server,
    setPeriod: (frames) => server.setQuantum(frames),
    restart: async () => {
      await server.restart();
      await server.setQuantum(128);
    },
  };
}

/** Frames concealed and state, while a server is broken. */
class Trial {
  readonly #server: Server;
  readonly #started: TestEngine;

  constructor(server: Server, started: TestEngine) {
    this.#server = server;
    this.#started = started;
  }

  async restarts(times: number): Promise<Measured> {
    const [noticedMs, soundAfterMs, unheard, concealed, concealedAfter]: number[][] = [[], [], [], [], []];
    for (let round = 0; round < times; round++) {
      await this.#started.secondsPass(0.7);
      const before = this.#concealed();
      const unheardBefore = this.#unheard();
      const killedMs = performance.now();
      await this.#server.kill();
      await this.#reaches("waiting for device");
      noticedMs.push(performance.now() - killedMs);
      await this.#started.secondsPass(0.3);
      const startedMs = performance.now();
      const [, soundMs] = await Promise.all([
        this.#server.restart(),
        this.#reaches("running").then(() => performance.now()),
      ]);
      soundAfterMs.push(soundMs - startedMs);
      unheard.push(this.#unheard() - unheardBefore);
      await this.#count(before, concealed, concealedAfter);
    }
    return {
      what: "killed and restarted",
      times,
      noticedMs,
      soundAfterMs,
      unheard,
      concealed,
      concealedAfter,
    };
  }

  async freezes(times: number): Promise<Measured> {
    const [noticedMs, soundAfterMs, unheard, concealed, concealedAfter]: number[][] = [[], [], [], [], []];
    for (let round = 0; round < times; round++) {
      const before = this.#concealed();
      const unheardBefore = this.#unheard();
      const haltedMs = performance.now();
      this.#server.halt();
      try {
        await this.#reaches("waiting for device");
        noticedMs.push(performance.now() - haltedMs);
        await this.#started.secondsPass(frozenSeconds - (performance.now() - haltedMs) / 1_000);
      } finally {
        this.#server.resume();
      }
      const resumedMs = performance.now();
      await this.#reaches("running");
      soundAfterMs.push(performance.now() - resumedMs);
      unheard.push(this.#unheard() - unheardBefore);
      await this.#count(before, concealed, concealedAfter);
    }
    return {
      what: `frozen for ${frozenSeconds} s`,
      times,
      noticedMs,
      soundAfterMs,
      unheard,
      concealed,
      concealedAfter,
    };
  }

  async periods(rounds: number): Promise<Measured[]> {
    const { engine } = this.#started;
    const results: Measured[] = [];
    let from = engine.status().periodFrames;
    for (const period of periods) {
      const [concealed, concealedAfter]: number[][] = [[], []];
      for (let round = 0; round < rounds; round++) {
        await this.#server.setPeriod(from);
        await until(`a period of ${from}`, () => engine.status().periodFrames === from);
        engine.setLookahead(0);
        await this.#started.secondsPass(0.5);
        const before = this.#concealed();
        await this.#server.setPeriod(period);
        await until(`a period of ${period}`, () => engine.status().periodFrames === period);
        await this.#started.secondsPass(0.3);
        await this.#count(before, concealed, concealedAfter);
      }
      results.push({ what: `period ${from} to ${period}`, times: rounds, concealed, concealedAfter });
      from = period;
    }
    return results;
  }

  async #count(before: number, concealed: number[], concealedAfter: number[]): Promise<void> {
    const then = this.#concealed();
    concealed.push(then - before);
    await this.#started.secondsPass(1);
    concealedAfter.push(this.#concealed() - then);
  }

  #concealed(): number {
    return this.#started.engine.status().concealedFrames;
  }

  #unheard(): number {
    return this.#started.engine.status().unheardFrames;
  }

  #reaches(state: string): Promise<void> {
    return until(`the state "${state}"`, () => this.#started.engine.status().state === state);
  }
}

interface Counts {
  readonly restarts: number;
  readonly freezes: number;
  readonly rounds: number;
}

async function measure(server: Server, { restarts, freezes, rounds }: Counts): Promise<Measured[]> {
  Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
  const started = await startTestEngine({
    environment: { UNDERSTUDY_DRIVER: "jack" },
    patch: (format) => compilePatch("drone", format),
  });
  try {
    await started.secondsPass(2); // the optimising compiler has seen the patch
    const trial = new Trial(server, started);
    return [await trial.restarts(restarts), await trial.freezes(freezes), ...await trial.periods(rounds)];
  } finally {
    await started.engine.stop();
    await server.stop();
  }
}

/** Median and worst, in whole numbers. */
const spread = (values: readonly number[] = []) =>
  values.length === 0 ? "" : `${median(values).toFixed(0)}, ${Math.max(...values).toFixed(0)}`;

function row(server: string, measured: Measured): string {
  const { what, times, noticedMs, soundAfterMs, unheard, concealed, concealedAfter } = measured;
  const figures = [noticedMs, soundAfterMs, unheard, concealed, concealedAfter].map(spread);
  return `| ${[server, what, times, ...figures].join(" | ")} |`;
}

/** On PipeWire in a process of its own: the dynamic linker takes its libjack only at the start. */
async function measureOnPipeWire(args: readonly string[], libraries: string): Promise<Measured[]> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(import.meta.url).pathname, ...args, "--on-pipewire"],
    env: { LD_LIBRARY_PATH: libraries },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the measurement on PipeWire has failed; see above");
  return JSON.parse(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  const { options: { json, "on-pipewire": onPipeWire, ...counts } } = developmentCommand(import.meta.url, {
    options: {
      restarts: { usual: 50, about: "times that the server is killed" },
      freezes: { usual: 3, about: "times that it stands still" },
      rounds: { usual: 2, about: "times that its period changes to and fro" },
      json: { usual: undefined, about: "file for the figures" },
      "on-pipewire": { usual: false, about: "measure on PipeWire alone, and print JSON" },
    },
  });
  if (onPipeWire) {
    console.log(JSON.stringify(await measure(await pipeWire(), counts)));
    Deno.exit(0);
  }
  console.log(
    "| server | what | times | noticed, ms (median, worst) | sound after its start, ms | frames unheard | frames concealed | in the second after |\n" +
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
  );
  const results: Record<string, Measured[]> = { jackd: await measure(await jackd(), counts) };
  results.jackd.forEach((result) => console.log(row("jackd", result)));
  const libraries = pipeWireLibraryFolder;
  if (libraries !== undefined && pipeWireNeeds.commands.every(onPath)) {
    const args = Object.entries(counts).flatMap(([name, count]) => [`--${name}`, String(count)]);
    results.PipeWire = await measureOnPipeWire(args, libraries);
    results.PipeWire.forEach((result) => console.log(row("PipeWire", result)));
  } else {
    console.log(`PipeWire is not here: ${pipeWireNeeds.install}`);
  }
  if (json !== undefined) await Deno.writeTextFile(json, JSON.stringify(results, null, 2));
  Deno.exit(0);
}
