import assert from "node:assert/strict";
import { sections, structures } from "../../../engine/memory/layout.ts";
import { declaresName, glossaryFindings, glossaryRows } from "../../../scripts/tidy/glossary.ts";

const root = new URL("../../../", import.meta.url);
const glossary = await Deno.readTextFile(new URL("docs/glossary.md", root));

const sources: Record<string, string> = {
  "a/ring.ts": `/** Not declared: comment. */
export class Ring<T> {
  readonly #slots: number;
  static of(count: number): Ring {
    return other(count);
  }
}
export const kinds = ["red", "blue"] as const;
export const Flag = { torn: 1, late: 2 } as const;`,
  "a/ring.c": `#include "x.h"
enum { ROLES = 3 };
int us_ring(void *memory, int count) {
  return us_called(memory);
}`,
};

const head = `| writer | meaning |
| --- | --- |
| \`main isolate\` | the first thread |

| noun | meaning | where | writer |
| --- | --- | --- | --- |
`;

/** Texts of what is found in a glossary of these rows. */
function found(...rows: string[]): string[] {
  return glossaryFindings(
    head + rows.join("\n"),
    (path) => path in sources,
    (path, name) => declaresName(sources[path], name),
  ).map(({ line, text }) => `${line}: ${text}`);
}

Deno.test("rows that name what is there are fine, in either language", () => {
  assert.deepEqual(
    found(
      "| flag | one of `torn`, or an address as `/ring` | `a/ring.ts`: `Flag.late`, `kinds`, `blue` | main isolate |",
      "| ring | a ring | `a/ring.ts`, `a/ring.c`: `Ring.slots`, `us_ring` | main isolate |",
    ),
    [],
  );
});

for (
  const [what, row, expected] of [
    ["a file that is gone", "| ring | a ring | `a/moved.ts`: `Ring` | main isolate |", /a\/moved\.ts, which/],
    [
      "a name that is gone",
      "| ring | a ring | `a/ring.ts`: `Rung` | main isolate |",
      /does not declare Rung/,
    ],
    ["a member that is gone", "| ring | a ring | `a/ring.ts`: `Ring.gone` | main isolate |", /declare gone/],
    ["a name in a meaning", "| ring | has `seats` | `a/ring.ts` | main isolate |", /does not declare seats/],
    ["a noun without a file", "| ring | a ring | `Ring` | main isolate |", /names no file/],
    ["a writer that is none", "| ring | a ring | `a/ring.ts` | anybody |", /"anybody" is no writer/],
    ["a row without a writer", "| ring | a ring | `a/ring.ts` |", /a row has four cells/],
    ["an empty cell", "| ring |  | `a/ring.ts` | main isolate |", /a row has four cells/],
  ] as const
) {
  Deno.test(`${what} is found in its line`, () => {
    const findings = found("| arena | memory | `a/ring.ts` | main isolate |", row);
    assert.match(findings.join("\n"), expected);
    assert.ok(findings.every((finding) => finding.startsWith("8: ")), findings.join("\n"));
  });
}

Deno.test("a noun stands once, and tables are sorted", () => {
  const row = (noun: string) => `| ${noun} | a ring | \`a/ring.ts\` | main isolate |`;
  assert.match(
    found(row("ring"), "", "| noun | m | w | w |", "| - | - | - | - |", row("Ring"))[0],
    /already/,
  );
  assert.match(found(row("slot"), row("ring"))[0], /behind "slot"; sort/);
  assert.match(found()[0], /no table of nouns/);
});

Deno.test("a name is declared by its declaration, not by a comment, a call or a part of a word", () => {
  for (const name of ["Ring", "slots", "of", "kinds", "red", "torn", "late"]) {
    assert.ok(declaresName(sources["a/ring.ts"], name), name);
  }
  for (const name of ["Not", "comment", "other", "ing", "count2"]) {
    assert.ok(!declaresName(sources["a/ring.ts"], name), name);
  }
  assert.ok(declaresName(sources["a/ring.c"], "us_ring"));
  assert.ok(!declaresName(sources["a/ring.c"], "us_called"));
});

Deno.test("the glossary names what is there", async () => {
  const paths = new Set(
    glossaryRows(glossary).flatMap(({ where }) =>
      [...where.matchAll(/`([^`]+)`/g)].map(([, word]) => word).filter((word) => word.includes("/"))
    ),
  );
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await Deno.readTextFile(new URL(path, root)).catch(() => undefined);
    if (text !== undefined) texts.set(path, text);
  }
  const findings = glossaryFindings(
    glossary,
    (path) => texts.has(path),
    (path, name) => declaresName(texts.get(path)!, name),
  );
  assert.deepEqual(findings, []);
});

Deno.test("the glossary's writer of a part of the shared memory is the one that the layout declares", () => {
  const parts = { sections, structures } as Record<string, Record<string, { readonly writer: string }>>;
  const named = glossaryRows(glossary).flatMap(({ where, writer }) =>
    [...where.matchAll(/`(sections|structures)\.(\w+)`/g)].map(([, kind, part]) => ({ kind, part, writer }))
  );
  assert.ok(named.length > 5);
  for (const { kind, part, writer } of named) {
    assert.equal(writer, parts[kind][part].writer.split(",")[0], `${kind}.${part}`);
  }
});
