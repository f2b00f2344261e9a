import assert from "node:assert/strict";
import { readRevision, readTree } from "../../../scripts/tidy/tree.ts";

async function git(folder: string, ...args: string[]): Promise<string> {
  const identity = [
    "-c",
    "user.name=test",
    "-c",
    "user.email=test@example.org",
    "-c",
    "commit.gpgsign=false",
  ];
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [...identity, ...args],
    cwd: folder,
  })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function inRepository(test: (folder: string, root: URL) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/engine`);
    await Deno.mkdir(`${folder}/node_modules`);
    await Deno.writeTextFile(`${folder}/node_modules/a.ts`, "");
    await Deno.writeTextFile(`${folder}/engine/old.ts`, "// ä, of two bytes\n");
    await Deno.writeTextFile(`${folder}/.gitignore`, "node_modules\n");
    await Deno.writeFile(`${folder}/picture.png`, new Uint8Array([0, 10, 255]));
    await git(folder, "init", "--quiet");
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "-m", "first");
    await Deno.rename(`${folder}/engine/old.ts`, `${folder}/engine/new.ts`);
    await test(folder, new URL(`file://${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the work tree is read as it stands, without what others wrote into it", async () => {
  await inRepository(async (_, root) => {
    const { topLevel, paths, texts } = await readTree(root);
    assert.deepEqual(paths, [".gitignore", "engine/new.ts", "picture.png"]);
    assert.deepEqual(topLevel, [".git", ".gitignore", "engine", "node_modules", "picture.png"]);
    assert.deepEqual([...texts], [["engine/new.ts", "// ä, of two bytes\n"]]);
  });
});

Deno.test("a revision is read as it was, and the work tree stays", async () => {
  await inRepository(async (folder, root) => {
    const { paths, texts } = await readRevision(root, "HEAD");
    assert.deepEqual(paths, [".gitignore", "engine/old.ts", "picture.png"]);
    assert.deepEqual([...texts], [["engine/old.ts", "// ä, of two bytes\n"]]);
    assert.ok((await Deno.stat(`${folder}/engine/new.ts`)).isFile);
  });
});

Deno.test("a revision that does not exist is an error in the words of git", async () => {
  await inRepository(async (_, root) => {
    await assert.rejects(readRevision(root, "nowhere"), /git ls-tree: .*nowhere/);
  });
});
