import assert from "node:assert/strict";
import { declarationsOf, listedExportsOf } from "../../../scripts/tidy/declarations.ts";
import { tokensOf } from "../../../scripts/tidy/tokens.ts";

const declared = (text: string) => declarationsOf(tokensOf(text));
const only = (text: string) => {
  const found = declared(text);
  assert.equal(found.length, 1, text);
  return found[0];
};

Deno.test("names, kinds and lines of everything at the top level, and of nothing inside it", () => {
  const found = declared([
    "export function a() { function inner() {} return inner; }",
    "async function* b() {}",
    "export default class C { d() {} }",
    "export abstract class E extends F<{ x: number }> {}",
    "export const g = 1, h = 2;",
    "export interface I { j: number }",
    "export type K = { l: number };",
    "export enum M { n, o }",
    "if (a) { const p = 1; }",
    "for (const q of []) {}",
  ].join("\n"));
  assert.deepEqual(
    found.map(({ kind, name, exported, line }) => `${line} ${exported ? "export " : ""}${kind} ${name}`),
    [
      "1 export function a",
      "2 function b",
      "3 export class C",
      "4 export class E",
      "5 export constant g",
      "6 export interface I",
      "7 export type K",
      "8 export enum M",
    ],
  );
});

Deno.test("a return type with braces is not taken for the body", () => {
  const { functions, lastLine } = only(
    "export function f(a: number): Promise<{ b: number }> | { c: string } {\n  return g(a);\n}\n",
  );
  assert.deepEqual(functions.map(({ line, lastLine }) => [line, lastLine]), [[1, 3]]);
  assert.equal(lastLine, 3);
});

const parameters: Readonly<Record<string, number>> = {
  "function f() {}": 0,
  "function f(a: number, b: string) {}": 2,
  "function f(\n  a: number,\n  b: string,\n) {}": 2,
  "function f<A, B>({ a, b }: { a: A; b: B }, c: Map<A, B> = new Map<A, B>(), ...d: B[]) {}": 3,
  "const f = (a: (x: number, y: number) => void, [b, c]: number[]) => a;": 2,
  "const f = async <A, B>(a: A): Promise<B> => {};": 1,
  "const f = a => a;": 1,
  "const f = async function (a, b, c) {};": 3,
};

for (const [text, count] of Object.entries(parameters)) {
  Deno.test(`${count} parameters are counted in ${text.replaceAll("\n", " ")}`, () => {
    assert.deepEqual(only(text).functions.map(({ parameters }) => parameters), [count]);
  });
}

Deno.test("a value that only contains a function, or a type of one, is no function", () => {
  assert.deepEqual(only("const a = make({ b: (c: number) => c });").functions, []);
  assert.deepEqual(only("const a = (1 + 2) * 3;").functions, []);
  assert.deepEqual(only("type A = (b: number) => void;").functions, []);
});

const shape = `
export class Shape<T extends { x: number }> extends Base implements Drawn {
  static readonly count = 4;
  readonly #edges: Map<string, { a: number }> = new Map();
  declare area: number;
  onend?: () => void;
  constructor(readonly name: string, private size: number, rest: number, more: string) {
    super();
  }
  get width(): number {
    return 1;
  }
  async *draw(context: { line(): void }): AsyncGenerator<number> {
    for (const edge of context) { edge.hidden(); }
  }
  abstract turn(): void;
  private hide(a: number, b: number, c: number, d: number) {}
  [Symbol.dispose]() {}
  #fold() {}
}`;

Deno.test("members of a class are its own names, not those that its methods use", () => {
  const { members, inherits } = only(shape);
  assert.deepEqual(members, [
    "count",
    "#edges",
    "area",
    "onend",
    "constructor",
    "name",
    "size",
    "width",
    "draw",
    "turn",
    "hide",
    "[Symbol.dispose]",
    "#fold",
  ]);
  assert.ok(inherits);
});

Deno.test("methods have their sizes and parameters, and are public unless they are private", () => {
  assert.deepEqual(
    only(shape).functions.map(({ name, line, lastLine, parameters, public: isPublic }) =>
      `${name} ${line}-${lastLine} ${parameters} ${isPublic}`
    ),
    [
      "Shape.constructor 7-9 4 true",
      "Shape.width 10-12 0 true",
      "Shape.draw 13-15 1 true",
      "Shape.hide 17-17 4 false",
      "Shape.[Symbol.dispose] 18-18 0 true",
      "Shape.#fold 19-19 0 false",
    ],
  );
});

Deno.test("members of interfaces and of types that are objects are found", () => {
  assert.deepEqual(only("interface A { readonly b: number; c?(): void; d: { e: number } }").members, [
    "b",
    "c",
    "d",
  ]);
  assert.ok(only('type A = { kind: "b"; c: number } | { kind: "d" };').members.includes("c"));
});

Deno.test("a description is a doc comment directly above", () => {
  const found = declared(
    "/** A. */\nexport function a() {}\n// b\nexport function b() {}\nexport function c() {}\n",
  );
  assert.deepEqual(found.map(({ described }) => described), [true, false, false]);
});

Deno.test("lists of exports are read, without what they hand on from another file", () => {
  const code = tokensOf('export { a, type B, c as d };\nexport { e } from "./e.ts";\n');
  assert.deepEqual(listedExportsOf(code), [
    { local: "a", exported: "a" },
    { local: "B", exported: "B" },
    { local: "c", exported: "d" },
  ]);
});
