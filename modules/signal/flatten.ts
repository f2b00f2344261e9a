import type { Graph, GraphLine, GraphNode, GraphState, ModuleUse } from "./graph.ts";
import { shareStates } from "./share.ts";
import type { LineCell, Source, StateCell, TableCell } from "./signal.ts";

/** A patch that cannot be; the message names the module and the line of the patch file. */
export class PatchInvalid extends Error {
  override readonly name = "PatchInvalid";
}

/** What may stand in a graph besides arithmetic. */
export interface Scope {
  /** For error texts: `instrument keys`, `output`. */
  readonly name: string;
  readonly forbidden: readonly Source["op"][];
  /** Parameters that belong here: index in the patch. */
  readonly parameters: ReadonlySet<number>;
}

/**
 * Numbers the nodes that the outputs need, arguments first. Equal nodes become one: what two modules both compute is
 * computed once, states included. Nodes that nothing needs are left out.
 *
 * @throws {PatchInvalid}
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

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  run(outputs: readonly Source[]): Graph {
    const outputIndexes = outputs.map((output) => this.#visit(output));
    const states: GraphState[] = [];
    const lines: GraphLine[] = [];
    // what feeds a state or a line may need further ones
    while (states.length < this.#states.length || lines.length < this.#lines.length) {
      if (states.length < this.#states.length) {
        const { type, initial, seeded, next } = this.#states[states.length];
        if (!next) {
          throw new PatchInvalid(`${this.#scope.name}: a feedback is used inside its own definition`);
        }
        states.push({ type, initial: seeded ? states.length + 1 : initial, seeded, next: this.#visit(next) });
      } else {
        const { frames, write } = this.#lines[lines.length];
        if (!write) throw new PatchInvalid(`${this.#scope.name}: a delay line is read but never written`);
        lines.push({ frames, write: this.#visit(write) });
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

  #visit(source: Source): number {
    const known = this.#indexOf.get(source);
    if (known !== undefined) return known;
    this.#check(source);
    const args = source.args.map((arg) => this.#visit(arg));
    const attribute = source.cell ? this.#cell(source.cell) : source.attribute;
    // -0 and 0 are the same text but not the same number
    const text = Object.is(attribute, -0) ? "-0" : attribute;
    const key = `${source.op} ${source.type} ${text} ${args}`;
    let index = this.#indexOfKey.get(key);
    if (index === undefined) {
      index = this.#nodes.length;
      this.#nodes.push({ op: source.op, type: source.type, args, attribute, use: this.#use(source.use) });
      this.#indexOfKey.set(key, index);
    }
    this.#indexOf.set(source, index);
    return index;
  }

  #check({ op, attribute, use }: Source): void {
    const { name, forbidden, parameters } = this.#scope;
    const at = use.location ? `${use.name} (${use.location})` : use.name;
    if (forbidden.includes(op)) {
      throw new PatchInvalid(`${name}: ${at}: uses a signal that does not belong here: ${foreign[op] ?? op}`);
    }
    if (op === "parameter" && !parameters.has(attribute)) {
      throw new PatchInvalid(`${name}: ${at}: uses a parameter that was declared elsewhere in the patch`);
    }
  }

  #cell(cell: NonNullable<Source["cell"]>): number {
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
