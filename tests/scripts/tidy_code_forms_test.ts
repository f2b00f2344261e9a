/** The many ways to write an export or an import, none of which gets past the style check. */
import assert from "node:assert/strict";
import type { Finding } from "../../scripts/tidy/finding.ts";
import { sourcesOf } from "../../scripts/tidy/sources.ts";
import { houseRules, tidy } from "../../scripts/tidy.ts";
import { treeOf } from "./tidy/tree_of.ts";

function findingsOf(path: string, text: string): Finding[] {
  const tree = treeOf({ [path]: text, "osc/server.ts": "" });
  return tidy(tree, sourcesOf(tree), { ...houseRules, arrows: { engine: [], osc: [] } }).filter(({ file }) =>
    file === path
  );
}

const code: Readonly<Record<string, string>> = {
  "a function": "export function f(): void {}\n",
  "an async function": "export async function f(): Promise<void> {}\n",
  "a generator": "export function* f(): Generator<number> {}\n",
  "a class": "export class Shape {}\n",
  "an abstract class": "export abstract class Shape {}\n",
  "a default export": "export default function (n: number) {\n  return n;\n}\n",
};

const values: Readonly<Record<string, string>> = {
  "an arrow function": "export const f = (n: number) => n;\n",
  "an arrow function with a type": "export const f: F = (n) => n;\n",
  "a function value": "export const f = async function () {};\n",
};

for (const [name, text] of Object.entries({ ...code, ...values })) {
  Deno.test(`a file without a test is found when it holds ${name}`, () => {
    const findings = findingsOf("engine/shape.ts", `const n = 1;\n${text}`);
    assert.ok(findings.some(({ text }) => text.includes("add tests/engine/shape_test.ts")));
  });
}

for (const [name, text] of Object.entries(code)) {
  Deno.test(`${name} that is public and not described is found`, () => {
    const findings = findingsOf("engine/shape.ts", `const n = 1;\n${text}`);
    assert.ok(findings.some(({ line, text }) => line === 2 && text.includes("no description")));
  });
}

Deno.test("types and constants need no test", () => {
  const text = "export interface Shape {\n  readonly n: number;\n}\nexport const maxEdges = 4;\n";
  const findings = findingsOf("engine/shape.ts", text);
  assert.ok(!findings.some(({ text }) => text.includes("shape_test.ts")));
});

const imports: Readonly<Record<string, string>> = {
  "over several lines": 'import {\n  bind,\n} from "../osc/server.ts";\n',
  "for its effects": 'import "../osc/server.ts";\n',
  "as a default": 'import server from "../osc/server.ts";\n',
  "as a whole": 'import * as server from "../osc/server.ts";\n',
  "of types": 'import type { Server } from "../osc/server.ts";\n',
  "handed on as a whole": 'export * from "../osc/server.ts";\n',
  "of a type beside a value": 'import { bind, type Server } from "../osc/server.ts";\n',
  "by its address": 'const server = import.meta.resolve("../osc/server.ts");\n',
  "handed on": 'export { bind } from "../osc/server.ts";\n',
  "when called": 'const bind = await import("../osc/server.ts");\n',
  "as a worker": 'new Worker(new URL("../osc/server.ts", import.meta.url));\n',
};

for (const [name, text] of Object.entries(imports)) {
  Deno.test(`an import against the arrows is found: ${name}`, () => {
    const findings = findingsOf("engine/shape.ts", `const n = 1;\n${text}`);
    assert.ok(findings.some(({ line, text }) => line === 2 && text.includes("against the arrows")));
  });
}
