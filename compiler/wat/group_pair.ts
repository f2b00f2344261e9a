/**
 * Statements for two groups of voices side by side. One group's chain of operations leaves the processor waiting for
 * results; a second one fills the gaps, and shares the constants, the sums and the turns of the loop.
 */
export class GroupPair {
  /** Locals that each group has for itself. */
  readonly #own: Set<string>;

  /** @param own locals that differ from the beginning; what is computed from them follows */
  constructor(own: readonly string[]) {
    this.#own = new Set(own);
  }

  /** Statements in the order in which they run, each followed by the second group's where that is another one. */
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
