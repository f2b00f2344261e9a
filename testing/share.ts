/**
 * Tests that are too many for every run: a run has a share of them, another one with each commit, so that all of them
 * are run over time and a commit always gets the same. `UNDERSTUDY_TEST_SHARE` repeats the share that a run printed;
 * `all`, which `deno task test:long` sets, runs everything. What is left out is printed.
 */

/** Whole numbers of which each stands for another share, or everything. */
export type ShareNumber = number | "all";

/** The share of this run. */
export function currentShare(): ShareNumber {
  const given = Deno.env.get("UNDERSTUDY_TEST_SHARE");
  if (given === undefined) return shareOfCommit() ?? Math.floor(Date.now() / 86_400_000);
  if (given === "all") return given;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`UNDERSTUDY_TEST_SHARE: expected a whole number or "all", found "${given}"`);
}

/** Every `parts`-th of the items, beginning with another one in each share. */
export function sharedItems<T>(
  what: string,
  items: readonly T[],
  parts: number,
): readonly T[] {
  const share = currentShare();
  const found = share === "all" ? items : items.filter((_, index) => index % parts === share % parts);
  announce(what, found.length, items.length, share);
  return found;
}

/** Tests of one file of which a run has a share. */
export class SharedTests {
  readonly #tests: [name: string, work: () => Promise<void>][] = [];

  /** May be called without its object, as `test`. */
  readonly add = (name: string, work: () => Promise<void>): void => void this.#tests.push([name, work]);

  /** Gives the runner those of this run: the last line of the file. */
  register(what: string, parts: number): void {
    for (const [name, work] of sharedItems(what, this.#tests, parts)) Deno.test(name, work);
  }
}

/**
 * The number of random runs and the seed of their generator, for `fc.assert(property, sharedRuns(…))`. A run of everything
 * has no seed of its own: the generator then takes another one each time, and prints it when a property fails.
 */
export function sharedRuns(
  what: string,
  runs: number,
  parts: number,
): { readonly numRuns: number; readonly seed?: number } {
  const share = currentShare();
  const numRuns = share === "all" ? runs : Math.ceil(runs / parts);
  announce(what, numRuns, runs, share);
  return share === "all" ? { numRuns } : { numRuns, seed: share };
}

function announce(what: string, found: number, all: number, share: ShareNumber): void {
  console.log(
    share === "all"
      ? `share: all ${all} ${what}`
      : `share: ${found} of ${all} ${what}; ${all - found} are left to deno task test:long`,
  );
}

/** A number made of the commit that is checked out; undefined outside a git checkout. */
function shareOfCommit(): number | undefined {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["rev-parse", "HEAD"],
      cwd: new URL("../", import.meta.url),
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? parseInt(new TextDecoder().decode(stdout).slice(0, 7), 16) : undefined;
  } catch {
    return undefined; // there is no git
  }
}
