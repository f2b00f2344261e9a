import type { LaneType, OperationName } from "../../compiler/graph/operations.ts";
import { operations } from "../../compiler/graph/operations.ts";
import type { ModuleUse, SourceName } from "../../compiler/graph/graph.ts";
import { simplify } from "../../compiler/graph/simplify.ts";
import { currentUse, isInPatch } from "./build_context.ts";

/** A node before it is numbered. */
export interface Source {
  readonly op: OperationName | SourceName;
  readonly type: LaneType;
  readonly args: readonly Source[];
  readonly attribute: number;
  readonly use: ModuleUse;
  /** Call stack of a node that the patch itself made; read only for an error text. */
  readonly made?: Error;
  readonly cell?: StateCell | LineCell | TableCell;
  /** Known bounds of the value. */
  readonly range?: { readonly min: number; readonly max: number };
}

/** The memory behind a feedback. */
export interface StateCell {
  readonly kind: "state";
  readonly type: LaneType;
  readonly initial: number;
  readonly seeded: boolean;
  next?: Source;
}

/** The memory behind a delay line. */
export interface LineCell {
  readonly kind: "line";
  readonly frames: number;
  write?: Source;
  readonly name?: string;
}

/** The numbers behind a table. */
export interface TableCell {
  readonly kind: "table";
  readonly values: readonly number[];
}

/** The parts of a node; omitted: no arguments, attribute 0, no memory. */
interface NodeParts extends Pick<Source, "op" | "type" | "cell"> {
  readonly args?: readonly Source[];
  readonly attribute?: number;
}

/** Makes a node, or folds constants with the rounding of the lanes. */
export function makeNode({ op, type, args = [], attribute = 0, cell }: NodeParts): Source {
  if (op in operations) {
    const known = args.map((arg) => arg.op === "constant" ? arg.attribute : undefined);
    if (known.every((value) => value !== undefined)) {
      return constantNode(type, operations[op as OperationName].evaluate(known, attribute));
    }
    const simple = simplify(op as OperationName, known);
    if (simple) return "constant" in simple ? constantNode(type, simple.constant) : args[simple.argument];
  }
  return { op, type, args, attribute, use: currentUse(), made: isInPatch() ? new Error() : undefined, cell };
}

/** A number in every lane. */
export function constantNode(type: LaneType, value: number): Source {
  return { op: "constant", type, args: [], attribute: value, use: currentUse() };
}
