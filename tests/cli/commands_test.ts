import assert from "node:assert/strict";
import { commandNames, declarationOf, globalOptions, type OptionDeclaration } from "../../cli/commands.ts";

Deno.test("an option means the same kind of thing in every command, and a letter only one option", () => {
  const kinds = new Map<string, string>();
  const letters = new Map<string, string>();
  for (const options of [globalOptions, ...commandNames.map((name) => declarationOf(name).options)]) {
    for (const [name, { short, value }] of Object.entries<OptionDeclaration>(options)) {
      const kind = `${short} ${value === undefined ? "switch" : "value"}`;
      assert.equal(kinds.get(name) ?? kind, kind, name);
      kinds.set(name, kind);
      if (short !== undefined) assert.equal(letters.get(short) ?? name, name, `-${short}`);
      if (short !== undefined) letters.set(short, name);
    }
  }
});

Deno.test("summaries are short and are no sentences; only the last argument may repeat", () => {
  for (const name of commandNames) {
    const { summary, arguments: declared } = declarationOf(name);
    assert.match(summary, /^[a-z].{5,48}[^.]$/, name);
    assert.ok(declared.slice(0, -1).every(({ repeated }) => !repeated), name);
  }
});
