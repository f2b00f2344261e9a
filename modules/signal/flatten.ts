import type { Graph, GraphLine, GraphNode, GraphState, ModuleUse } from "../../compiler/graph/graph.ts";
import { keyOf } from "../../compiler/graph/operations.ts";
import { patchLocation } from "./patch_location.ts";
import { shareStates } from "../../compiler/graph/share_states.ts";
import type { LineCell, Source, StateCell, TableCell } from "./source.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";

/** The sources that may stand in a graph. */
export interface Scope {
  /** For error texts: `instrument keys`, `output`. */
  readonly name: string;
  readonly forbidden: readonly Source["op"][];
  /** Parameters that belong here: index in the patch. */
  readonly parameters: ReadonlySet<number>;
}

/**
 * Numbers the nodes that the outputs need, arguments first. Equal nodes become one, states included, so a value that two
 * modules compute is computed once. Nodes that nothing needs are left out.
 *
 * @throws {PatchError}
 */
export function flatten(outputs: readonly Source[], scope: Scope): Graph {
  const flattener = new Flattener(scope);
  return shareStates(flattener.run(outputs));
}

class Flattener {
  readonly #scope: Scope;
  readonly #nodes: GraphNode[] = [];
  readonly #indexOf = new Map<Source, number>();
  readonly #indexOfKey = new Map<string, number>();
  readonly #uses: ModuleUse[] = [];
  readonly #states: StateCell[] = [];
  readonly #lines: LineCell[] = [];
  readonly #tables: TableCell[] = [];
  /** First user of each state and line, for error texts. */
  readonly #firstUse = new Map<unknown, Source>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  run(outputs: readonly Source[]): Graph {
    const outputIndexes = outputs.map((output) => this.#visit(output));
    const states: GraphState[] = [];
    const lines: GraphLine[] = [];
    // the input of a state or a line may use further ones
    while (states.length < this.#states.length || lines.length < this.#lines.length) {
      if (states.length < this.#states.length) {
        const cell = this.#states[states.length];
        const { type, initial, seeded, next } = cell;
        if (!next) this.#fail(this.#firstUse.get(cell), "a feedback is used inside its own definition");
        states.push({ type, initial: seeded ? states.length + 1 : initial, seeded, next: this.#visit(next) });
      } else {
        const cell = this.#lines[lines.length];
        const { frames, write, name } = cell;
        if (!write) this.#fail(this.#firstUse.get(cell), "a delay line is read but never written");
        lines.push({ frames, write: this.#visit(write), ...(name !== undefined && { name }) });
      }
    }
    return {
      uses: this.#uses,
      nodes: this.#nodes,
      states,
      lines,
      tables: this.#tables.map(({ values }) => values),
      outputs: outputIndexes,
    };
  }

  /** @param user the node that uses it; omitted for outputs and for inputs of states and lines */
  #visit(source: Source, user = source): number {
    const known = this.#indexOf.get(source);
    if (known !== undefined) return known;
    this.#check(source, user);
    const args = source.args.map((arg) => this.#visit(arg, source));
    const attribute = source.cell ? this.#cell(source.cell, source) : source.attribute;
    let key = `${source.op} ${source.type} ${keyOf(attribute)}`;
    for (const arg of args) key += ` ${arg}`;
    let index = this.#indexOfKey.get(key);
    if (index === undefined) {
      index = this.#nodes.length;
      this.#nodes.push({ op: source.op, type: source.type, args, attribute, use: this.#use(source.use) });
      this.#indexOfKey.set(key, index);
    }
    this.#indexOf.set(source, index);
    return index;
  }

  #check({ op, attribute }: Source, user: Source): void {
    const { forbidden, parameters } = this.#scope;
    if (forbidden.includes(op)) {
      this.#fail(user, `uses a signal that does not belong here: ${foreign[op] ?? op}`);
    }
    if (op === "parameter" && !parameters.has(attribute)) {
      this.#fail(user, "uses a parameter that was declared elsewhere in the patch");
    }
  }

  #fail(source: Source | undefined, problem: string): never {
    const { name, location } = source?.use ?? { name: "patch", location: "" };
    const line = location || (source?.made ? patchLocation(source.made.stack) : "");
    throw new PatchError(`${this.#scope.name}: ${name}${line && ` (${line})`}: ${problem}`);
  }

  #cell(cell: NonNullable<Source["cell"]>, user: Source): number {
    if (!this.#firstUse.has(cell)) this.#firstUse.set(cell, user);
    const list: unknown[] = cell.kind === "state"
      ? this.#states
      : cell.kind === "line"
      ? this.#lines
      : this.#tables;
    const index = list.indexOf(cell);
    return index >= 0 ? index : list.push(cell) - 1;
  }

  #use(use: ModuleUse): number {
    const index = this.#uses.indexOf(use);
    return index >= 0 ? index : this.#uses.push(use) - 1;
  }
}

const foreign: Partial<Record<Source["op"], string>> = {
  note: "a note's own signal, which only the voice has",
  bus: "the sum of an instrument, which only the output has",
  input: "the audio input, which only the output has",
  lane: "a channel, which only the output has; voices are mono until they are panned",
  lanes: "several channels, which only the output has; voices are mono until they are panned",
};
