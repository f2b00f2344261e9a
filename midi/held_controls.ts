/**
 * Notes and pedals that a keyboard holds down, so that they can be let go of when it is gone: a cable that is pulled sends
 * no note off. Main isolate.
 */
import type { Command } from "../engine/control/control.ts";

export class HeldControls {
  /** By instrument and note, or instrument and pedal: what lets go of it. */
  readonly #held = new Map<string, Command>();

  /** Takes note of a command that was carried out. */
  take(command: Command): void {
    if (command.kind === "panic") this.#held.clear();
    if (command.kind === "noteOn") {
      const { instrument, id } = command;
      this.#held.set(`${instrument} ${id}`, { kind: "noteOff", instrument, id });
    }
    if (command.kind === "noteOff") this.#held.delete(`${command.instrument} ${command.id}`);
    if (command.kind === "pedal") {
      const { instrument, down } = command;
      if (down) this.#held.set(`${instrument} pedal`, { kind: "pedal", instrument, down: false });
      else this.#held.delete(`${instrument} pedal`);
    }
  }

  /** The commands that let go of everything; nothing is held after that. */
  release(): Command[] {
    const commands = [...this.#held.values()];
    this.#held.clear();
    return commands;
  }
}
