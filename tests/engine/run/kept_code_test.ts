import assert from "node:assert/strict";
import { keepCode } from "../../../engine/run/kept_code.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const modules: Readonly<Record<string, string>> = {
  "a/entry.ts":
    'import { two } from "../b/two.ts";\nimport type { Unused } from "../b/types.ts";\nexport const one = two;\n',
  "b/two.ts": 'export {\n  three as two,\n} from "./three.ts";\n',
  "b/three.ts": "export const three = 3;\n",
  "b/types.ts": "export type Unused = number;\n",
  "b/other.ts": "export const other = 0;\n",
};

Deno.test("what a module needs is kept as it was, and a change gives another copy", () =>
  inFolder(async (folder) => {
    const root = new URL(`file://${folder}/program/`);
    const cacheDirectory = `${folder}/cache`;
    await Deno.mkdir(cacheDirectory);
    for (const [path, text] of Object.entries(modules)) {
      await Deno.mkdir(new URL(`${path}/..`, root), { recursive: true });
      await Deno.writeTextFile(new URL(path, root), text);
    }
    const keep = () => keepCode({ root, entries: ["a/entry.ts"], cacheDirectory });
    const kept = keep();
    assert.equal(keep().href, kept.href, "the same text is kept once");
    await Deno.writeTextFile(new URL("b/three.ts", root), "throw new Error('new on the disk');\n");
    assert.equal((await import(new URL("a/entry.ts", kept).href)).one, 3);
    assert.deepEqual([...Deno.readDirSync(new URL("b", kept))].map(({ name }) => name).sort(), [
      "three.ts",
      "two.ts",
    ]);
    assert.notEqual(keep().href, kept.href);
    assert.equal([...Deno.readDirSync(cacheDirectory)].length, 2, "nothing half-done is left");
  }));
