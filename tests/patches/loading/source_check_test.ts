import assert from "node:assert/strict";
import { exportedTypes, importProblem, truthWarnings } from "../../../patches/loading/source_check.ts";

const importable = { values: ["saw", "sine", "instrument"], types: ["Note"] };
const problem = (text: string) => importProblem(text, "organ.ts", importable);

Deno.test("an import that does not exist is named with its line and the nearest that does", () => {
  assert.equal(
    problem('import { saw } from "understudy";\nimport {\n  sine,\n  instrumnt,\n} from "understudy";\n'),
    'organ.ts:2: "understudy" has no instrumnt; did you mean instrument?',
  );
  assert.match(
    problem("/* a */ import { nosuch as saw } from 'understudy'") ?? "",
    /^organ\.ts:1: .* nosuch/,
  );
});

Deno.test("values, types, other names for them, comments and other modules are no problem", () => {
  for (
    const text of [
      'import { saw, sine as tone, type Note, type Anything } from "understudy";',
      'import type { Whatever } from "understudy";',
      'import * as u from "understudy";',
      'import { saw, Note, } from "understudy";',
      '// import { nosuch } from "understudy";\n/*\nimport { nosuch } from "understudy";\n*/',
      'import { nosuch } from "./other.ts";',
      "export default 7;",
      "const text = 'https://a.b';\nimport { saw } from \"understudy\";",
    ]
  ) assert.equal(problem(text), undefined, text);
});

Deno.test("types among the exports are found", () => {
  assert.deepEqual(exportedTypes('export { type Note, saw, type Voice } from "./patch.ts"; // type None'), [
    "Note",
    "Voice",
  ]);
});

Deno.test("a signal that JavaScript takes for true is a warning with its line", () => {
  const lines = [
    "if (gate) return 1;",
    "if (!note.trigger) return 1;",
    "const a = gate ? one : two;",
    "const b = note.velocity && one;",
    "const c = trigger || one;",
    "const d = !gate;",
    "if (gate && more) return 1;",
  ];
  for (const line of lines) {
    const [warning, ...more] = truthWarnings(`first\n${line}\n`, "organ.ts");
    assert.match(warning ?? "", /^organ\.ts:2: (gate|trigger|velocity) is a signal, which .* always/, line);
    assert.deepEqual(more, []);
  }
});

Deno.test("methods, arguments, optional types and comments are no warning", () => {
  const text = [
    "adsr({ gate, trigger })",
    "gate.select(one, other)",
    "gate.and(trigger).not()",
    "type A = { gate?: Condition; velocity ?: number };",
    "note?.gate.not()",
    "// if (gate) and gate ? a : b",
    "if (gateOpen) return; if (options.gates) return;",
    "!gate.isBelow",
  ].join("\n");
  assert.deepEqual(truthWarnings(text, "organ.ts"), []);
});
