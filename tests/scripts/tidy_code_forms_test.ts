/** The many ways to write an export or an import, none of which gets past the style check. Covers: scripts/tidy.ts */
import assert from "node:assert/strict";
import { type Finding, tidy } from "../../scripts/tidy.ts";

async function findingsOf(path: string, text: string): Promise<Finding[]> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/engine`);
    await Deno.writeTextFile(`${root}/${path}`, text);
    return await tidy(new URL(`file://${root}/`));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
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
  Deno.test(`a file without a test is found when it holds ${name}`, async () => {
    const findings = await findingsOf("engine/shape.ts", `const n = 1;\n${text}`);
    assert.ok(findings.some(({ text }) => text.includes("add tests/engine/shape_test.ts")));
  });
}

for (const [name, text] of Object.entries(code)) {
  Deno.test(`${name} that is public and not described is found`, async () => {
    const findings = await findingsOf("engine/shape.ts", `const n = 1;\n${text}`);
    assert.ok(findings.some(({ line, text }) => line === 2 && text.includes("no description")));
  });
}

Deno.test("types and constants need no test", async () => {
  const text = "export interface Shape {\n  readonly n: number;\n}\nexport const most = 4;\n";
  assert.deepEqual(await findingsOf("engine/shape.ts", text), []);
});

const imports: Readonly<Record<string, string>> = {
  "over several lines": 'import {\n  bind,\n} from "../osc/server.ts";\n',
  "for its effects": 'import "../osc/server.ts";\n',
  "handed on": 'export { bind } from "../osc/server.ts";\n',
  "when called": 'const bind = await import("../osc/server.ts");\n',
  "as a worker": 'new Worker(new URL("../osc/server.ts", import.meta.url));\n',
};

for (const [name, text] of Object.entries(imports)) {
  Deno.test(`an import against the arrows is found: ${name}`, async () => {
    const findings = await findingsOf("engine/shape.ts", `const n = 1;\n${text}`);
    assert.ok(findings.some(({ line, text }) => line === 2 && text.includes("against the arrows")));
  });
}
