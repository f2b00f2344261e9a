import assert from "node:assert/strict";
import { patchNames } from "../../patches/ready/catalogue.ts";

const root = new URL("../../", import.meta.url);

Deno.test("every ready patch has a row, figures, a picture and a score; otherwise run: deno task pictures", async () => {
  const text = await Deno.readTextFile(new URL("docs/ready-patches.md", root));
  for (const name of patchNames) {
    assert.equal(text.split("\n").filter((line) => line.startsWith(`| \`${name}\``)).length, 2, name);
    assert.ok(text.includes(`![${name}](pictures/${name}.png)`), name);
    const { size } = await Deno.stat(new URL(`docs/pictures/${name}.png`, root));
    assert.ok(size > 1_000 && size < 80_000, `${name}: ${size} bytes`);
    await Deno.stat(new URL(`examples/scores/${name}.txt`, root));
  }
});
