import assert from "node:assert/strict";
import { docLinkFindings } from "../../../scripts/tidy/doc_links.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const other = "export interface Shape {\n  readonly edges: number;\n}\nexport const table = { a: 1 };\n";
const head =
  'import { type Shape as Form, table } from "./shape.ts";\nimport fc, { type Arbitrary } from "fast-check";\n';
const rest =
  "class Box extends Base {\n  open() {}\n}\nclass Lid {\n  shut = true;\n  slam() {}\n}\nfunction tell() {}\n";

const found = (target: string) =>
  texts(
    docLinkFindings(
      sourcesIn({ "a/b.ts": `${head}/**\n * See {@link ${target}}.\n */\n${rest}`, "a/shape.ts": other }),
    ),
  );

for (
  const target of [
    "tell",
    "Lid.shut",
    "Lid.slam",
    "slam",
    "Box.inherited",
    "Form",
    "Form.edges",
    "table.a",
    "fc.assert",
    "Arbitrary",
    "tell | as text",
    "https://example.org",
  ]
) {
  Deno.test(`a link leads somewhere: ${target}`, () => assert.deepEqual(found(target), []));
}

for (const target of ["gone", "Lid.gone", "Form.gone", "Shape"]) {
  Deno.test(`a link that leads nowhere is found: ${target}`, () => {
    assert.deepEqual(found(target), [
      `a/b.ts:4 {@link ${target}} leads nowhere; declare or import ${target}, or write it as code`,
    ]);
  });
}
