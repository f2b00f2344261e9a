import assert from "node:assert/strict";
import { readmeTables } from "../../../scripts/generate/readme_tables.ts";
import { exitCodeMeanings } from "../../../foundation/exit_codes.ts";
import { settingDescriptions } from "../../../config/settings.ts";

const empty = ["tasks", "settings", "exit codes"].map((name) =>
  `text of ${name}\n\n<!-- generated: ${name} -->\nstale\n<!-- end: ${name} -->\n`
).join("\n");

Deno.test("the tables of the README are those of the declarations; run `deno task generate` where they differ", async () => {
  const readme = await Deno.readTextFile(new URL("../../../README.md", import.meta.url));
  assert.equal(readme, readmeTables(readme));
});

Deno.test("each table replaces what stands between its marks, and nothing else", () => {
  const text = readmeTables(empty);
  assert.ok(!text.includes("stale"));
  for (const name of ["tasks", "settings", "exit codes"]) {
    assert.ok(text.includes(`text of ${name}\n\n<!-- generated: ${name} -->\n\n| `), name);
    assert.ok(text.includes(`|\n\n<!-- end: ${name} -->\n`), name);
  }
  Object.values(exitCodeMeanings).forEach((meaning) => assert.ok(text.includes(meaning)));
  const { name, meaning } = settingDescriptions[0];
  assert.ok(text.includes(`| \`${name}\``) && text.includes(meaning));
  assert.match(text, /\| `start` +\| /);
  assert.equal(readmeTables(text), text);
});

Deno.test("a mark that is missing is an error that names it", () => {
  assert.throws(
    () => readmeTables(empty.replace("<!-- end: settings -->", "")),
    /expected <!-- generated: settings --> and <!-- end: settings -->/,
  );
});

Deno.test("the tables stay as they are when the project is formatted", async () => {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "--line-width", "110", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const text = readmeTables(empty);
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  assert.equal(new TextDecoder().decode((await process.output()).stdout), text);
});
