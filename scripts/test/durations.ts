/** How long each test file took the last time, so that the longest can start first. */
export class Durations {
  readonly #path: string;
  readonly #seconds: Map<string, number>;

  private constructor(path: string, seconds: Map<string, number>) {
    this.#path = path;
    this.#seconds = seconds;
  }

  /** Reads what an earlier run left at `path`; nothing is known when it did not or cannot be read. */
  static async read(path: string): Promise<Durations> {
    try {
      const known: unknown = JSON.parse(await Deno.readTextFile(path));
      const entries = Object.entries(known as object).filter(([, seconds]) => typeof seconds === "number");
      return new Durations(path, new Map(entries));
    } catch {
      return new Durations(path, new Map());
    }
  }

  set(file: string, seconds: number): void {
    this.#seconds.set(file, Math.round(seconds * 10) / 10);
  }

  /** The files, longest first. One of which nothing is known is taken for short, as most are. */
  longestFirst(files: readonly string[]): readonly string[] {
    const seconds = (file: string) => this.#seconds.get(file) ?? likelySeconds[file] ?? 1;
    return files.toSorted((a, b) => seconds(b) - seconds(a) || (a < b ? -1 : 1));
  }

  /** Keeps what is known for the next run. A folder that cannot be written to is no failure of a test. */
  async write(): Promise<void> {
    const folder = this.#path.slice(0, this.#path.lastIndexOf("/"));
    try {
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(this.#path, JSON.stringify(Object.fromEntries(this.#seconds), null, 1));
    } catch (error) {
      console.error(`times of the tests were not kept: ${(error as Error).message}`);
    }
  }
}

/** Where nothing is remembered, as on a fresh clone: the longest files. A wrong figure here costs seconds, not results. */
export const likelySeconds: Readonly<Record<string, number>> = {
  "tests/patches/loading/evaluate_patch_test.ts": 24,
  "tests/simulation/simulation_test.ts": 22,
  "tests/patches/ready/ready_patches_test.ts": 18,
  "tests/modules/all_modules_test.ts": 17,
  "tests/cli/render_score_test.ts": 12,
  "tests/modules/oscillators/sampler_test.ts": 11,
  "tests/compiler/compile_test.ts": 11,
  "tests/modules/oscillators/brown_noise_test.ts": 11,
  "tests/scripts/test_test.ts": 10,
  "tests/engine/engine_test.ts": 25,
  "tests/main_test.ts": 25,
};
