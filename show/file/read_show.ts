/**
 * Reads the text of a show. Comments and commas before a closing bracket are allowed, as in the configuration of editors; else it is
 * JSON. All mistakes are found in one pass, each with its line and column: a mistake in one cue hides none in another.
 */
import { createScanner, type Node, parseTree, printParseErrorCode } from "jsonc-parser";
import type { z } from "zod";
import { nearest } from "../../foundation/nearest.ts";
import { explainIssue, quote } from "./explain_issue.ts";
import {
  type Cue,
  type CueKind,
  cueKinds,
  cueSchemas,
  maxCues,
  maxGroupDepth,
  type Show,
  showSchema,
} from "./show_file.ts";
import type { Place, ShowProblem } from "./show_problem.ts";

/** Longest text, in characters. */
export const maxShowLength = 8_000_000;

/** Largest file, in bytes: each character has four at most. */
export const maxShowBytes = 4 * maxShowLength;

/** Brackets in brackets: far more than a show has, so that a group too deep is told as that, and few enough for the stack. */
const maxDepth = 256;

/** Mistakes that are told at most; where there are more, these are mended first. */
const maxMistakes = 200;

export interface ReadShow {
  /** Omitted: the text has mistakes without which nothing can be said about the rest. */
  readonly show?: Show;
  /** In the order of the text. */
  readonly problems: readonly ShowProblem[];
  /** Numbers of cues that are left out because of their mistakes, so that others may still mean them. */
  readonly leftOut: readonly string[];
  /** Whether every field beside the cues is right; else names of outputs and destinations may be missing. */
  readonly isHeadWhole: boolean;
  /** Where a cue of the show is written, or one of its fields; without a cue, a field of the show. */
  placeOf(cue: Cue | undefined, ...path: readonly (string | number)[]): Place;
}

const syntax: Readonly<Record<string, string>> = {
  InvalidSymbol: "expected a value: text in double quotes, a number, true, false, a list or an object",
  InvalidNumberFormat: "expected a number, such as 0.5",
  PropertyNameExpected: "expected the name of a field in double quotes",
  ValueExpected: "expected a value",
  ColonExpected: "expected a colon behind the name of the field",
  CommaExpected: "expected a comma between two fields or items",
  CloseBraceExpected: "expected } at the end of the object",
  CloseBracketExpected: "expected ] at the end of the list",
  EndOfFileExpected: "expected the end of the file: the show is complete before this",
  UnexpectedEndOfComment: "expected */ at the end of the comment",
  UnexpectedEndOfString: 'expected " at the end of the text',
  UnexpectedEndOfNumber: "expected digits",
  InvalidUnicode: "expected four hexadecimal digits behind \\u",
  InvalidEscapeCharacter: 'expected \\n, \\t, \\\\, \\" or \\u behind a backslash',
  InvalidCharacter: "expected no control character; write it as \\n or \\t",
};

/** Reads a show and checks every field by itself; whether the parts of a show fit together is for `checkShow`. */
export function readShow(source: string): ReadShow {
  if (source.length > maxShowLength) {
    const text = `expected at most ${maxShowLength} characters, found ${source.length}`;
    const place = { line: 1, column: 1 };
    return {
      problems: [{ severity: "mistake", ...place, text }],
      leftOut: [],
      isHeadWhole: false,
      placeOf: () => place,
    };
  }
  return new Reader(source.replace(/^\ufeff/, "")).read();
}

class Reader {
  readonly #source: string;
  readonly #lines: readonly number[];
  readonly #found: (ShowProblem & { readonly offset: number })[] = [];
  readonly #nodes = new Map<Cue, Node>();
  readonly #leftOut: string[] = [];
  #isHeadWhole = false;
  #count = 0;

  constructor(source: string) {
    this.#source = source;
    const lines = [0];
    for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) lines.push(at + 1);
    this.#lines = lines;
  }

  read(): ReadShow {
    const root = this.#parse();
    const show = root === undefined ? undefined : this.#show(root);
    const problems = this.#found.toSorted((a, b) => a.offset - b.offset)
      .map(({ offset: _, ...problem }) => problem);
    return {
      ...(show === undefined ? {} : { show }),
      problems,
      leftOut: this.#leftOut,
      isHeadWhole: this.#isHeadWhole,
      placeOf: (cue, ...path) => {
        const node = cue === undefined ? root : this.#nodes.get(cue);
        return this.#place(node === undefined ? 0 : nodeAt(node, path).offset);
      },
    };
  }

  #parse(): Node | undefined {
    const errors: { error: number; offset: number; length: number }[] = [];
    const root = this.#tree(errors);
    if (this.#found.length > 0) return undefined;
    for (const { error, offset, length } of errors) {
      const found = this.#source.slice(offset, offset + Math.min(length, 40));
      const expected = syntax[printParseErrorCode(error)] ?? "this is not JSON";
      this.#report(offset, `${expected}, found ${found === "" ? "the end of the file" : found}`);
    }
    if (root !== undefined) this.#findTwins(root);
    return root;
  }

  #tree(errors: { error: number; offset: number; length: number }[]): Node | undefined {
    if (this.#source.trim() === "") {
      this.#report(0, "expected a show, found an empty file");
      return undefined;
    }
    const tooDeep = this.#firstTooDeep();
    if (tooDeep !== undefined) {
      this.#report(tooDeep, `expected brackets at most ${maxDepth} deep`);
      return undefined;
    }
    return parseTree(this.#source, errors, { allowTrailingComma: true });
  }

  /** Where the first bracket is that lies too deep: parser and reader call themselves for each. */
  #firstTooDeep(): number | undefined {
    const scanner = createScanner(this.#source, true);
    for (let depth = 0;;) {
      scanner.scan();
      const offset = scanner.getTokenOffset();
      if (offset >= this.#source.length) return undefined;
      const first = this.#source[offset];
      if (first === "{" || first === "[") depth++;
      else if (first === "}" || first === "]") depth--;
      if (depth > maxDepth) return offset;
    }
  }

  /** A name that stands twice in one object: JSON would take the last without a word. */
  #findTwins(node: Node): void {
    const names = new Set<string>();
    for (const property of node.type === "object" ? node.children ?? [] : []) {
      const [name] = property.children!;
      if (names.has(name.value)) {
        this.#report(name.offset, `${quote(name.value)} stands twice here; remove one`);
      }
      names.add(name.value);
    }
    node.children?.forEach((child) => this.#findTwins(child));
  }

  #show(root: Node): Show | undefined {
    if (root.type !== "object") {
      this.#report(
        root.offset,
        `expected an object, { "cues": [ ... ] }, found ${nouns[root.type] ?? root.type}`,
      );
      return undefined;
    }
    const list = fieldOf(root, "cues");
    const isList = list?.type === "array";
    const fields = fieldsOf(root, isList ? "cues" : undefined);
    const head = this.#check(showSchema, fields, { node: root, label: "" });
    const cues = isList ? this.#cues(list, 1) : [];
    this.#isHeadWhole = head !== undefined;
    // a show whose head is wrong is still searched for mistakes that lie between its cues
    return { ...(head ?? showSchema.parse({})), cues } as Show;
  }

  #cues(list: Node, depth: number): Cue[] {
    return (list.children ?? []).flatMap((node, index) => {
      const cue = this.#cue(node, index, depth);
      const number = cue === undefined ? fieldOf(node, "number")?.value : undefined;
      if (number !== undefined) this.#leftOut.push(String(number));
      return cue ?? [];
    });
  }

  #cue(node: Node, index: number, depth: number): Cue | undefined {
    const unnamed = `the ${ordinal(index + 1)} cue${depth > 1 ? " of the group" : ""}`;
    this.#count++;
    if (this.#count > maxCues) {
      if (this.#count === maxCues + 1) this.#report(node.offset, `expected at most ${maxCues} cues`);
      return undefined;
    }
    if (node.type !== "object") {
      const found = node.type === "string"
        ? `${quote(node.value)}; did you mean { "play": ${quote(node.value)} }?`
        : nouns[node.type];
      this.#report(node.offset, `${unnamed}: expected an object, found ${found}`);
      return undefined;
    }
    const children = fieldOf(node, "group");
    const isList = children?.type === "array";
    const fields = fieldsOf(node, isList ? "group" : undefined);
    const { number } = fields;
    const label = typeof number === "string" || typeof number === "number" ? `cue ${number}` : unnamed;
    const kind = this.#kindOf(node, label);
    if (kind === undefined) return undefined;
    if (kind !== "group") {
      const checked = this.#check(cueSchemas[kind], fields, { node, label });
      return checked === undefined ? undefined : this.#know({ ...checked, kind } as Cue, node);
    }
    // what lies in it is checked by itself
    const inside = isList ? { group: (children.children ?? []).slice(0, 1) } : {};
    const checked = this.#check(cueSchemas.group, { ...fields, ...inside }, { node, label });
    if (depth >= maxGroupDepth) {
      this.#report(node.offset, `${label}: expected groups at most ${maxGroupDepth} deep`);
      return undefined;
    }
    const group = isList ? this.#cues(children, depth + 1) : [];
    return checked === undefined ? undefined : this.#know({ ...checked, kind, group }, node);
  }

  #know(cue: Cue, node: Node): Cue {
    this.#nodes.set(cue, node);
    return cue;
  }

  #kindOf(node: Node, label: string): CueKind | undefined {
    const names = (node.children ?? []).map(({ children }) => children![0].value as string);
    const kinds = cueKinds.filter((kind) => names.includes(kind));
    if (kinds.length === 1) return kinds[0];
    if (kinds.length > 1) {
      this.#report(
        node.offset,
        `${label}: a cue does one thing, found ${kinds.join(" and ")}; make it several cues, or a group`,
      );
      return undefined;
    }
    const shared = Object.keys(cueSchemas.memo.shape);
    const strange = names.find((name) => !shared.includes(name));
    const guess = strange === undefined
      ? ""
      : `, found ${quote(strange)}; did you mean ${quote(nearest(strange, cueKinds))}?`;
    const property = node.children?.find(({ children }) => children![0].value === strange);
    this.#report(
      (property ?? node).offset,
      `${label}: expected what it does (${cueKinds.join(", ")})${guess}`,
    );
    return undefined;
  }

  /** The checked value with its defaults; undefined where it has mistakes, which are reported. */
  #check<T extends z.ZodType>(
    schema: T,
    value: unknown,
    { node, label }: { readonly node: Node; readonly label: string },
  ): z.output<T> | undefined {
    const { success, data, error } = schema.safeParse(value);
    if (success) return data;
    for (const issue of error.issues) {
      for (const { path, text, atName } of explainIssue(issue, value, schema)) {
        const at = nodeAt(node, path);
        const offset = atName && at.parent?.type === "property" ? at.parent.offset : at.offset;
        this.#report(offset, label === "" ? text : `${label}: ${text}`);
      }
    }
    return undefined;
  }

  #report(offset: number, text: string): void {
    if (this.#found.length >= maxMistakes) return;
    this.#found.push({ severity: "mistake", ...this.#place(offset), text, offset });
  }

  #place(offset: number): Place {
    let [low, high] = [0, this.#lines.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#lines[middle] <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.#lines[low] + 1 };
  }
}

const nouns: Readonly<Record<string, string>> = {
  array: "a list",
  string: "a text",
  number: "a number",
  boolean: "true or false",
  null: "null",
  object: "an object",
};

/** The node at a path, or the last one on the way to it that is there. */
function nodeAt(node: Node, path: readonly PropertyKey[]): Node {
  let at = node;
  for (const step of path) {
    const next = typeof step === "number"
      ? at.type === "array" ? at.children?.[step] : undefined
      : fieldOf(at, String(step));
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

function fieldOf(node: Node, name: string): Node | undefined {
  if (node.type !== "object") return undefined;
  return node.children?.findLast(({ children }) => children![0].value === name)?.children?.[1];
}

/** The plain value. A name such as `__proto__` stays a field. */
function valueOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value;
  return Object.fromEntries(
    (node.children ?? []).flatMap(({ children }) =>
      children?.[1] === undefined ? [] : [[children[0].value, valueOf(children[1])]]
    ),
  );
}

/** The fields of an object but one, which is read by itself. */
function fieldsOf(node: Node, without: string | undefined): Record<string, unknown> {
  const fields = Object.entries(valueOf(node) as Record<string, unknown>);
  return Object.fromEntries(fields.filter(([name]) => name !== without));
}

function ordinal(index: number): string {
  const tens = index % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : ["th", "st", "nd", "rd"][index % 10] ?? "th";
  return `${index}${ending}`;
}
