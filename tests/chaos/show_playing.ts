/** A show for a chaos run, and its operator: sound files of several formats and rates on many outputs, called by GO. */
import { type CueInput, defineShow } from "../../show/mod.ts";
import type { OscArgument } from "../../osc/packet/codec.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";

/** Cues between the one that begins all streams and the end of the list. */
const cues = 60;

export interface ChaosShowOptions {
  /** Folder of the run; files and show lie in a folder below it. */
  readonly folder: string;
  /** Names of the files, and how long each is at least. */
  readonly files: readonly string[];
  readonly seconds: number;
  readonly outputs: number;
  readonly random: SeededRandom;
}

export interface ShowPlayingOptions {
  readonly streams: number;
  readonly random: SeededRandom;
  /** Sends a message over OSC and returns its answer. */
  readonly ask: (
    address: string,
    types: string,
    ...values: (string | number)[]
  ) => Promise<readonly OscArgument[]>;
}

/** Settings of an engine that plays the show, besides those for its files. */
export function showEnvironment(folder: string): Readonly<Record<string, string>> {
  return { UNDERSTUDY_SHOW: `${folder}/sounds/show.json` };
}

/** Writes the show: a cue that begins all streams, cues of every kind that plays or changes them, and back to the first. */
export async function writeChaosShow(
  { folder, files, seconds, outputs, random }: ChaosShowOptions,
): Promise<void> {
  const pairs = Array.from(
    { length: outputs / 2 },
    (_, index) => [`pair${index + 1}`, [2 * index + 1, 2 * index + 2]] as const,
  );
  const target = () => String(1 + random.below(files.length));
  const place = (first: number) => [
    pairs[first % pairs.length][0],
    { output: random.pick(pairs)[0], gainDb: -6 - random.below(12) },
  ];
  const piece = (): CueInput => {
    const startSeconds = random.below(2 * (seconds - 2)) / 2;
    return {
      play: random.pick(files),
      ...{
        startSeconds,
        endSeconds: startSeconds + 0.4 + random.below(8) / 10,
        outputs: place(random.below(99)),
      },
      ...{ rate: random.pick([1, 1, 0.75, 1.5]), fadeInSeconds: random.pick([0, 0.1]), levelDb: -6 },
    };
  };
  const stream = (play: string, index: number): CueInput => ({
    ...{ number: index + 1, play, outputs: place(index), levelDb: -6, fadeOutSeconds: 0.3 },
    ...(index % 3 === 1
      ? { slices: [{ startSeconds: 2, endSeconds: 4, count: "forever" }] }
      : { loops: "forever" }),
    ...(index % 4 === 2 && { rate: 1.25 }),
  });
  const kinds: readonly (() => CueInput)[] = [
    () => ({ fade: target(), toDb: -random.below(20), seconds: 0.2 + random.below(20) / 10 }),
    () => ({
      mode: "sequence",
      group: [
        { stop: target(), seconds: random.pick([0, 0.5]) },
        ...files.map((_, index): CueInput => ({ start: index + 1, preWaitSeconds: index === 0 ? 0.2 : 0 })),
      ],
    }),
    () => {
      const paused = target();
      return {
        group: [{ pause: paused }, { resume: paused, preWaitSeconds: 0.1 + random.below(5) / 10 }],
      };
    },
    () => ({ devamp: target() }),
    piece,
    () => ({ ...piece(), continue: "auto-continue", postWaitSeconds: 0.1 }),
    () => ({ ...piece(), continue: "auto-follow" }),
    () => ({ mode: "playlist", crossfadeSeconds: 0.2, shuffle: true, group: [piece(), piece(), piece()] }),
    () => ({ mode: "random", group: [piece(), piece(), piece()] }),
    () => ({ mode: "simultaneous", group: [piece(), { ...piece(), preWaitSeconds: 0.25 }] }),
  ];
  const show = defineShow({
    ...{ name: "Chaos", goGuardSeconds: 0, panicSeconds: 0.5, seed: random.below(1_000_000) },
    outputs: Object.fromEntries(pairs.map(([name, buses]) => [name, [...buses]])),
    cues: [
      { number: "house", group: files.map(stream) },
      ...Array.from({ length: cues }, () => random.pick(kinds)()),
      { goTo: "house" },
    ],
  });
  await Deno.writeTextFile(`${folder}/sounds/show.json`, JSON.stringify(show, undefined, 2));
}

export class ShowPlaying {
  readonly #options: ShowPlayingOptions;
  /** Messages that were sent, by address. */
  readonly sent: Record<string, number> = {};

  constructor(options: ShowPlayingOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    await this.#ask("/go");
  }

  /** Presses GO, mostly. */
  async press(): Promise<void> {
    const { random, streams } = this.#options;
    const target = String(1 + random.below(streams));
    switch (random.below(60)) {
      case 0:
        await this.#ask("/panic");
        return await this.#beginAgain();
      case 1:
        await this.#ask("/pause");
        return await this.#ask("/resume");
      case 2:
        return await this.#ask("/show/reload");
      case 3:
        return await this.#beginAgain();
      case 4:
      case 5:
        return await this.#ask("/show/cue", "ss", target, random.pick(["stop", "pause", "devamp"]));
      case 6:
      case 7:
      case 8:
        return await this.#ask("/show/cue", "ss", target, "start");
      case 9:
        return await this.#ask("/show/back");
      default:
        return await this.#ask("/go");
    }
  }

  /** What the show told its operator. */
  async notices(): Promise<readonly string[]> {
    const [, { value }] = await this.#options.ask("/show/status", "") as readonly { value: string }[];
    return JSON.parse(value).notices.map(({ text }: { text: string }) => text);
  }

  async #beginAgain(): Promise<void> {
    await this.#ask("/show/jump", "s", "house");
    await this.#ask("/go");
  }

  async #ask(address: string, types = "", ...values: (string | number)[]): Promise<void> {
    this.sent[address] = (this.sent[address] ?? 0) + 1;
    await this.#options.ask(address, types, ...values);
  }
}
