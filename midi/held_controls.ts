/**
 * Notes and pedals that a keyboard holds down, so that they can be released when it is disconnected: an unplugged cable sends
 * no note off. Main isolate.
 */
import type { Command } from "../engine/control/control.ts";

export class HeldControls {
  /** The command that releases each held note or pedal, by instrument and note, or instrument and pedal. */
  readonly #held = new Map<string, Command>();

  /** Records a command that was carried out. */
  record(command: Command): void {
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

  /** Returns the commands that release everything; after that nothing is held. */
  release(): Command[] {
    const commands = [...this.#held.values()];
    this.#held.clear();
    return commands;
  }
}
