/**
 * The command that asked for a patch, until a renderer has played past it. Up to then every renderer may still break on
 * it; it is then quarantined, the patch before plays on, and the commands that followed were meant for a
 * patch that is never heard. Main isolate; the simulator exchanges patches by the same rule.
 */
import { blocksBetween } from "../memory/shared_memory.ts";

/** `P` names a patch. */
export class AskedPatch<P> {
  #asked: { readonly position: number; readonly before: P } | undefined;

  /** Whether a patch was asked for that no renderer has played yet. */
  get isPending(): boolean {
    return this.#asked !== undefined;
  }

  /** The log asks for a patch at `position`, in place of `before`. */
  ask(position: number, before: P): void {
    this.#asked = { position, before };
  }

  /** A renderer has published a block with the log taken in up to `position`. */
  played(position: number): void {
    if (this.#asked && blocksBetween(position, this.#asked.position) > 0) this.#asked = undefined;
  }

  /**
   * Entries at these positions do nothing any more. If one of them asked for the patch, gives the patch that plays on, and
   * the positions between it and `head` that have to do nothing too.
   */
  quarantined(
    blamed: readonly number[],
    head: number,
  ): { readonly before: P; readonly orphans: readonly number[] } | undefined {
    const asked = this.#asked;
    if (asked === undefined || !blamed.includes(asked.position)) return undefined;
    this.#asked = undefined;
    const orphans = Array.from(
      { length: blocksBetween(head, asked.position) - 1 },
      (_, index) => (asked.position + 1 + index) | 0,
    );
    return { before: asked.before, orphans: orphans.filter((position) => !blamed.includes(position)) };
  }
}
