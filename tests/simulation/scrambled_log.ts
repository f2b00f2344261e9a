import { CommandLog, EntryField } from "../../engine/log/command_log.ts";
import { logEntryWords } from "../../engine/memory/constants.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";

/**
 * The command log of a run that takes releasing at its word: an entry that was released is overwritten at once, as a full lap
 * of commands would do it. Timed ones stay, because a renderer may keep them for later and quarantine looks for them here.
 */
export class ScrambledLog extends CommandLog {
  readonly #memory: SharedMemory;
  readonly #trial = new Set<number>();
  #released: number;

  constructor(memory: SharedMemory) {
    super(memory);
    this.#memory = memory;
    this.#released = memory.geometry.startLogPosition | 0;
  }

  /** Says that there is little room, so that snapshots are urgent. */
  isTight = false;

  override get room(): number {
    return this.isTight ? Math.min(100, super.room) : super.room;
  }

  /** Some entries do nothing for now, and may act again. */
  get isTrying(): boolean {
    return this.#trial.size > 0;
  }

  isSuspended(position: number): boolean {
    return this.#trial.has(position);
  }

  override suspend(positions: readonly number[]): void {
    super.suspend(positions);
    positions.forEach((position) => this.#trial.add(position));
  }

  override restore(): void {
    super.restore();
    this.#trial.clear();
  }

  override quarantine(position: number): boolean {
    this.#trial.delete(position);
    return super.quarantine(position);
  }

  override release(position: number): void {
    super.release(position);
    for (; ((position - this.#released) | 0) > 0; this.#released = (this.#released + 1) | 0) {
      this.#overwrite(this.#released);
    }
  }

  #overwrite(position: number): void {
    const { geometry: { logOffset, logCapacity }, words } = this.#memory;
    const entry = logOffset / 4 + (position & (logCapacity - 1)) * logEntryWords;
    if (words[entry + EntryField.when] !== 0) return;
    words.fill(-1, entry, entry + logEntryWords);
    words[entry + EntryField.position] = (position + logCapacity) | 0;
  }
}
