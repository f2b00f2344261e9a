import assert from "node:assert/strict";
import { tokensOf } from "../../../scripts/tidy/tokens.ts";

const shown = (text: string) => tokensOf(text).map(({ kind, text }) => `${kind} ${text}`);

Deno.test("an import in a string, a template, a comment or a regular expression is no code", () => {
  const text = [
    `const a = "import x from './a.ts'";`,
    "const b = `import x`;",
    "// import x",
    "/* import x */",
    "const c = /import \\/ x[/]/g;",
  ].join("\n");
  const words = tokensOf(text).filter(({ kind }) => kind === "word").map(({ text }) => text);
  assert.deepEqual(words, ["const", "a", "const", "b", "const", "c"]);
});

Deno.test("the expression inside a template is code, at any depth", () => {
  assert.deepEqual(shown("`a${b({ c: `d${e}f` })}g`;"), [
    "template a",
    "word b",
    "sign (",
    "sign {",
    "word c",
    "sign :",
    "template d",
    "word e",
    "template f",
    "sign }",
    "sign )",
    "template g",
    "sign ;",
  ]);
});

Deno.test("a slash divides behind a value and opens a regular expression behind an operator", () => {
  assert.deepEqual(shown("a / b / c"), ["word a", "sign /", "word b", "sign /", "word c"]);
  assert.deepEqual(shown("f(x) / 2 / y"), [
    "word f",
    "sign (",
    "word x",
    "sign )",
    "sign /",
    "number 2",
    "sign /",
    "word y",
  ]);
  assert.deepEqual(shown(`return /"'\`/.test(a)`), [
    "word return",
    "pattern /\"'`/",
    "sign .",
    "word test",
    "sign (",
    "word a",
    "sign )",
  ]);
});

Deno.test("escapes do not end a string, and a line is counted through every kind of token", () => {
  const tokens = tokensOf('"a\\"b"\n`c\n\\`d`\n/* e\n*/ f');
  assert.deepEqual(tokens.map(({ kind, text, line }) => [kind, text, line]), [
    ["string", 'a\\"b', 1],
    ["template", "c\n\\`d", 2],
    ["comment", "/* e\n*/", 4],
    ["word", "f", 5],
  ]);
});

Deno.test("private names, numbers and signs of several characters are one token each", () => {
  assert.deepEqual(shown("#a ??= 1_000.5e-3n ... => ?.b"), [
    "word #a",
    "sign ?",
    "sign ?",
    "sign =",
    "number 1_000.5e-3n",
    "sign ...",
    "sign =>",
    "sign ?.",
    "word b",
  ]);
});

Deno.test("every character of every source of this project is in a token or is space", async () => {
  const root = new URL("../../../", import.meta.url);
  for (const folder of ["engine/renderer", "compiler", "modules/signal", "osc/packet", "scripts/tidy"]) {
    for await (const { name } of Deno.readDir(new URL(folder, root))) {
      if (!name.endsWith(".ts")) continue;
      const text = await Deno.readTextFile(new URL(`${folder}/${name}`, root));
      const tokens = tokensOf(text);
      const lines = text.split("\n");
      for (const { text: token, line } of tokens) {
        assert.ok(lines[line - 1].includes(token.split("\n")[0]), `${folder}/${name}:${line} ${token}`);
      }
      const depth = tokens.reduce((open, { kind, text }) => {
        if (kind !== "sign") return open;
        return open + ("([{".includes(text) ? 1 : ")]}".includes(text) ? -1 : 0);
      }, 0);
      assert.equal(depth, 0, `brackets of ${folder}/${name}`);
    }
  }
});
