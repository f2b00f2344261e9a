/**
 * A file that takes this many times as long as it usually does hangs. Much more than the three times that a limit is to leave:
 * the next run may be beside other programs, or on a slower machine.
 */
const timesUsual = 6;

/** No file is ended before this. */
const leastLimitSeconds = 120;

/** A file of which nothing is known: those that take longer are in {@link likelySeconds}. */
const unknownSeconds = 10;

/** How long each test file took the last time, so that the longest can start first, and one that hangs holds nothing up for long. */
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

  /** Longest time for a file, from what it usually takes, and `mostSeconds` at most. */
  limitSeconds(file: string, mostSeconds: number): number {
    const usual = Math.max(this.#seconds.get(file) ?? 0, likelySeconds[file] ?? unknownSeconds);
    return Math.min(mostSeconds, Math.max(leastLimitSeconds, Math.ceil(timesUsual * usual)));
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

/**
 * Files that take more than ten seconds in a run of all tests on two cores. By this the longest start first and have their limit where
 * nothing is remembered, as on a fresh clone.
 */
export const likelySeconds: Readonly<Record<string, number>> = {
  "tests/cli/control_process_test.ts": 45,
  "tests/cli/render_score_test.ts": 40,
  "tests/engine/engine_test.ts": 37,
  "tests/simulation/simulation_test.ts": 35,
  "tests/patches/loading/evaluate_patch_test.ts": 35,
  "tests/patches/ready/ready_patches_test.ts": 31,
  "tests/scripts/package_npm_test.ts": 90,
  "tests/cli/upgrade_test.ts": 29,
  "tests/docs/modules_guide_test.ts": 28,
  "tests/ffi/native_library_test.ts": 28,
  "tests/main_test.ts": 27,
  "tests/engine/state/resume_test.ts": 26,
  "tests/cli/check_patch_test.ts": 25,
  "tests/patches/ready/sampler_test.ts": 25,
  "tests/modules/oscillators/saw_test.ts": 23,
  "tests/cli/kept_program_test.ts": 23,
  "tests/dashboard/page/page_end_to_end_test.ts": 21,
  "tests/modules/oscillators/sampler_test.ts": 21,
  "tests/engine/renderer/renderer_test.ts": 21,
  "tests/engine/device/jack_driver_test.ts": 20,
  "tests/chaos/process_chaos_test.ts": 20,
  "tests/scripts/test_test.ts": 20,
  "tests/midi/midi_input_test.ts": 20,
  "tests/modules/envelopes/adsr_curved_test.ts": 18,
  "tests/modules/all_modules_test.ts": 18,
  "tests/osc/oscquery/server_test.ts": 18,
  "tests/modules/oscillators/brown_noise_test.ts": 18,
  "tests/modules/oscillators/pink_noise_test.ts": 17,
  "tests/engine/samples/sampled_patch_test.ts": 17,
  "tests/cli/saved_state_test.ts": 17,
  "tests/engine/state/journal_test.ts": 17,
  "tests/modules/oscillators/pluck_test.ts": 17,
  "tests/cli/start_test.ts": 17,
  "tests/midi/midi_process_test.ts": 17,
  "tests/engine/patch_swap/patch_swap_test.ts": 17,
  "tests/modules/oscillators/super_saw_test.ts": 16,
  "tests/scripts/package_deb_test.ts": 16,
  "tests/compiler/compile_test.ts": 15,
  "tests/compiler/fixed_patch_test.ts": 14,
  "tests/modules/oscillators/wavetable_test.ts": 14,
  "tests/engine/streams/source_test.ts": 13,
  "tests/engine/samples/sample_loader_test.ts": 13,
  "tests/engine/large_arena_test.ts": 13,
  "tests/modules/clocks/transport_test.ts": 13,
  "tests/chaos/jack_chaos_test.ts": 13,
  "tests/compiler/block_cut_test.ts": 13,
  "tests/osc/flood_test.ts": 12,
  "tests/modules/module_types_test.ts": 12,
  "tests/modules/filters/ladder_test.ts": 12,
  "tests/engine/device/stage_driver_test.ts": 12,
  "tests/config/load_native_test.ts": 11,
  "tests/compiler/graph/validate_test.ts": 11,
  "tests/modules/modulation/lfo_test.ts": 11,
  "tests/modules/dynamics/limiter_test.ts": 11,
  "tests/modules/filters/state_variable_test.ts": 11,
  "tests/compiler/denormal_test.ts": 11,
  "tests/osc/page/page_server_test.ts": 10,
  "tests/engine/patch_swap/rehearsal_test.ts": 10,
};
