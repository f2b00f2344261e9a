/**
 * Statements for two groups of voices side by side. The chain of operations of one group leaves the processor waiting for
 * results; a second group fills the gaps, and shares constants, sums and loop turns.
 */
export class GroupPair {
  /** Locals that each group has for itself. */
  readonly #own: Set<string>;

  /** @param own locals that differ between the groups; those computed from them are found */
  constructor(own: readonly string[]) {
    this.#own = new Set(own);
  }

  /** Statements in the order in which they run, each followed by that of the second group if it differs. */
  of(statements: readonly string[]): string[] {
    return statements.flatMap((statement) => {
      const second = this.#second(statement);
      if (second === statement) return [statement];
      const [set, target] = /^\(local\.set (\$[nswp]\d+) /.exec(statement) ?? [];
      if (!target || this.#own.has(target)) return [statement, second];
      this.#own.add(target);
      return [statement, `(local.set ${target}_second ${second.slice(set!.length)}`];
    });
  }

  /** Declarations of locals, `NAME TYPE`, with those of the second group. */
  locals(declarations: readonly string[]): string[] {
    return declarations.flatMap((one) => this.#second(one) === one ? [one] : [one, this.#second(one)]);
  }

  #second(text: string): string {
    return text.replace(/\$\w+/g, (name) => this.#own.has(name) ? `${name}_second` : name);
  }
}
