/**
 * How `understudy upgrade` and a running engine talk: by files of the run's folder, which only its user can read and write. The
 * command writes which version is to come, the engine a line for each step, and it removes the request with its answer.
 */
import type { ProgramVersion } from "./program_version.ts";
import type { RunFolder } from "./run_folder.ts";

/** One step of an upgrade; the last has an outcome. */
export interface UpgradeStep {
  readonly text: string;
  readonly outcome?: "upgraded" | "refused";
}

export class UpgradeFiles {
  readonly #folder: RunFolder;

  constructor(folder: RunFolder) {
    this.#folder = folder;
  }

  /** Asks for a version. Returns whether it is asked for: false while another upgrade is under way. */
  ask(version: ProgramVersion): boolean {
    const { upgrade, upgradeSteps } = this.#folder;
    const beside = `${upgrade}-${crypto.randomUUID()}`;
    Deno.writeTextFileSync(beside, JSON.stringify(version));
    try {
      if (this.asked()) return false;
      Deno.writeTextFileSync(upgradeSteps, "");
      Deno.linkSync(beside, upgrade); // one of two that ask at once, with a whole file
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw error;
    } finally {
      Deno.removeSync(beside);
    }
  }

  /** The version that is asked for; undefined: none is. */
  asked(): ProgramVersion | undefined {
    const text = read(this.#folder.upgrade);
    return text === undefined ? undefined : JSON.parse(text) as ProgramVersion;
  }

  /** States a step. One with an outcome ends the upgrade. */
  say(step: UpgradeStep): void {
    Deno.writeTextFileSync(this.#folder.upgradeSteps, JSON.stringify(step) + "\n", { append: true });
    if (step.outcome !== undefined) Deno.removeSync(this.#folder.upgrade);
  }

  /** The launcher starts the next control process from this version. */
  nameNext({ runtime, folder }: ProgramVersion): void {
    const { program } = this.#folder;
    Deno.writeTextFileSync(`${program}.new`, `${runtime}\n${folder}main.ts\n`);
    Deno.renameSync(`${program}.new`, program);
  }

  /** All steps so far; undefined: the run is gone. */
  steps(): UpgradeStep[] | undefined {
    return read(this.#folder.upgradeSteps)?.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
