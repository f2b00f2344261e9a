/** Sound files for a chaos run, of several formats and rates, and what plays them: a show of streams on many outputs. */
import { hallText } from "../../testing/patch/hall_text.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";
import { run, sox } from "../../testing/sound/sound_files.ts";

/** Places to which players jump, in seconds: they are armed. */
const places = [5, 12.5] as const;

/** How the files are made out of noise at a rate. */
const kinds = [
  { name: "a.wav", rateHz: 44_100, encode: "sox", options: "-b 16" },
  { name: "b.wav", rateHz: 96_000, encode: "sox", options: "-b 24" },
  { name: "c.wav", rateHz: 48_000, encode: "sox", options: "-e floating-point -b 32" },
  { name: "d.flac", rateHz: 44_100, encode: "flac" },
  { name: "e.flac", rateHz: 96_000, encode: "flac" },
  { name: "f.mp3", rateHz: 44_100, encode: "lame" },
  { name: "g.opus", rateHz: 48_000, encode: "opusenc" },
  { name: "h.ogg", rateHz: 44_100, encode: "oggenc" },
  { name: "i.aiff", rateHz: 48_000, encode: "sox", options: "-b 24" },
  { name: "j.ogg", rateHz: 48_000, encode: "oggenc" },
  { name: "k.mp3", rateHz: 48_000, encode: "lame" },
  { name: "l.flac", rateHz: 48_000, encode: "flac" },
] as const;

/** Length of the files, in seconds. */
export const streamSeconds = 40;

export interface StreamPlayingOptions {
  /** Folder of the run; the files lie in a folder below it. */
  readonly folder: string;
  readonly streams: number;
  readonly outputs: number;
  readonly random: SeededRandom;
  /** Sends a message over OSC and waits for its answer. */
  readonly ask: (address: string, types: string, ...values: (string | number)[]) => Promise<void>;
}

/** Settings of an engine that plays them. */
export function streamEnvironment(folder: string, outputs: number): Readonly<Record<string, string>> {
  return {
    UNDERSTUDY_DRIVER: "jack",
    UNDERSTUDY_CHANNELS: String(outputs),
    UNDERSTUDY_STREAM_MIB: "96",
    UNDERSTUDY_STREAM_FOLDER: `${folder}/sounds`,
    UNDERSTUDY_PATCH: `${folder}/hall.ts`,
    UNDERSTUDY_CEILING_DB: "off",
  };
}

/** Writes the files and the patch, which brings each bus to the output of its number. */
export async function writeStreamFiles(folder: string, streams: number, outputs: number): Promise<void> {
  const sounds = `${folder}/sounds`;
  await Deno.mkdir(sounds, { recursive: true });
  await Deno.writeTextFile(`${folder}/hall.ts`, hallText(outputs));
  await Promise.all(
    filesOf(streams).map(async (name, index) => {
      const { rateHz, encode, ...kind } = kinds[index % kinds.length];
      const options = "options" in kind ? kind.options : "-b 16";
      const wav = encode === "sox" ? name : `${name}.wav`;
      await sox(sounds, `-n -r ${rateHz} -c 2 ${options} ${wav} synth ${streamSeconds} pinknoise gain -14`);
      if (encode === "flac") await run(sounds, "flac", `--totally-silent -f -o ${name} ${wav}`);
      if (encode === "lame") await run(sounds, "lame", `--quiet -V 4 ${wav} ${name}`);
      if (encode === "opusenc") await run(sounds, "opusenc", `--quiet ${wav} ${name}`);
      if (encode === "oggenc") await run(sounds, "oggenc", `-Q -o ${name} ${wav}`);
      if (wav !== name) await Deno.remove(`${sounds}/${wav}`);
    }),
  );
}

/** Deletes every other file; returns what puts them back. */
export async function removeStreamFiles(folder: string, streams: number): Promise<() => Promise<void>> {
  const gone = filesOf(streams).filter((_, index) => index % 2 === 0);
  for (const name of gone) {
    await Deno.link(`${folder}/sounds/${name}`, `${folder}/${name}`);
    await Deno.remove(`${folder}/sounds/${name}`);
  }
  return async () => {
    for (const name of gone) await Deno.rename(`${folder}/${name}`, `${folder}/sounds/${name}`);
  };
}

/** Names of the files in their folder. */
export function filesOf(streams: number): string[] {
  return Array.from(
    { length: streams },
    (_, index) => `${Math.floor(index / kinds.length)}${kinds[index % kinds.length].name}`,
  );
}

export class StreamPlaying {
  readonly #options: StreamPlayingOptions;
  readonly #files: readonly string[];
  /** Messages that were sent, by address. */
  readonly sent: Record<string, number> = {};

  constructor(options: StreamPlayingOptions) {
    this.#options = options;
    this.#files = filesOf(options.streams);
  }

  /** Arms all files, and lets each begin on a player of its own. */
  async begin(): Promise<void> {
    for (const name of this.#files) {
      for (const place of [0, ...places]) await this.#ask("arm", "sf", name, place);
    }
    for (let player = 1; player <= this.#options.streams; player++) await this.#play(player);
  }

  /** Presses something. */
  async press(): Promise<void> {
    const { random, streams, outputs } = this.#options;
    const player = 1 + random.below(streams);
    const fade = random.pick([0, 0.02, 0.5]);
    switch (random.below(8)) {
      case 0:
      case 1:
        return await this.#play(player);
      case 2:
        await this.#ask("stop", "if", player, fade);
        return await this.#play(1 + random.below(streams));
      case 3:
        await this.#ask("pause", "if", player, fade);
        return await this.#ask("resume", "if", player, fade);
      case 4:
        return await this.#ask("seek", "if", player, random.pick(places));
      case 5:
        return await this.#ask("level", "iff", player, -random.below(12), fade);
      case 6: {
        const [channel, output] = [1 + random.below(2), 1 + random.below(outputs)];
        return await this.#ask("route", "iiiff", player, channel, output, -random.below(20), fade);
      }
      default: {
        const end = 0.5 + random.below(8) / 4;
        await this.#ask(
          "slices",
          "isffi",
          player,
          this.#files[player - 1],
          end / 2,
          end,
          1 + random.below(4),
        );
        return await this.#ask("play", "i", player);
      }
    }
  }

  /** As {@link removeStreamFiles}. */
  async remove(): Promise<() => Promise<void>> {
    return await removeStreamFiles(this.#options.folder, this.#options.streams);
  }

  async #play(player: number): Promise<void> {
    const { outputs } = this.#options;
    await this.#ask("play", "is", player, this.#files[player - 1]);
    // a file on two outputs of its own, besides those that it has from the beginning
    for (const channel of [1, 2]) {
      await this.#ask("route", "iiif", player, channel, 1 + (2 * player + channel) % outputs, -6);
    }
  }

  async #ask(address: string, types: string, ...values: (string | number)[]): Promise<void> {
    this.sent[address] = (this.sent[address] ?? 0) + 1;
    await this.#options.ask(`/stream/${address}`, types, ...values);
  }
}
