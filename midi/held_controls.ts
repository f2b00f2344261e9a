/**
 * Notes and pedals that a keyboard holds down, so that they can be released when it is disconnected: an unplugged cable sends
 * no note off. A file keeps them besides, where the process may be lost and followed by another: what is let go of meanwhile
 * is heard by none, so the next process releases everything. Main isolate.
 */
import type { Command } from "../engine/control/control.ts";

export class HeldControls {
  readonly #file: string | undefined;
  /** The command that releases each held note or pedal, by instrument and note, or instrument and pedal. */
  readonly #held: Map<string, Command>;

  /** @param file keeps what is held; what an earlier process held stands in it already. Omitted: nothing is kept */
  constructor(file?: string) {
    this.#file = file;
    this.#held = file === undefined ? new Map() : read(file);
  }

  /** Records commands that were carried out. */
  record(commands: readonly Command[]): void {
    let hasChanged = false;
    for (const command of commands) hasChanged = this.#follow(command) || hasChanged;
    if (hasChanged) this.#save();
  }

  /** Returns the commands that release everything; after that nothing is held. */
  release(): Command[] {
    const commands = [...this.#held.values()];
    this.#held.clear();
    if (commands.length > 0) this.#save();
    return commands;
  }

  /** Returns whether something else is held than before. */
  #follow(command: Command): boolean {
    if (command.kind === "panic") {
      const { size } = this.#held;
      this.#held.clear();
      return size > 0;
    }
    if (command.kind === "noteOn") {
      const { instrument, id } = command;
      return this.#hold(`${instrument} ${id}`, { kind: "noteOff", instrument, id });
    }
    if (command.kind === "noteOff") return this.#held.delete(`${command.instrument} ${command.id}`);
    if (command.kind !== "pedal") return false;
    const { instrument, down } = command;
    const key = `${instrument} pedal`;
    return down ? this.#hold(key, { kind: "pedal", instrument, down: false }) : this.#held.delete(key);
  }

  #hold(key: string, release: Command): boolean {
    const isNew = !this.#held.has(key);
    this.#held.set(key, release);
    return isNew;
  }

  /** Written beside and renamed. Where that fails, e.g. because the folder was cleared, the playing goes on. */
  #save(): void {
    if (this.#file === undefined) return;
    try {
      Deno.writeTextFileSync(`${this.#file}.new`, JSON.stringify([...this.#held]));
      Deno.renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function read(file: string): Map<string, Command> {
  try {
    return new Map(JSON.parse(Deno.readTextFileSync(file)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
}
