import assert from "node:assert/strict";
import { changedFiles, changedFilesIfKnown } from "../../../scripts/test/changed_files.ts";

async function git(folder: string, ...args: string[]): Promise<void> {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost"];
  const { success, stderr } = await new Deno.Command("git", { args: [...identity, ...args], cwd: folder })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("what a branch changed, what is not committed, and what git does not know", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  try {
    await git(folder, "init", "--quiet", "--initial-branch=main");
    for (const name of ["same", "committed", "edited", "removed", "of main"]) await write(name, "old\n");
    await write(".gitignore", "ignored\n");
    await git(folder, "add", ".");
    await git(folder, "commit", "--quiet", "--message=first");
    await git(folder, "checkout", "--quiet", "-b", "work");
    await write("committed", "new\n");
    await git(folder, "commit", "--quiet", "--all", "--message=second");
    await git(folder, "checkout", "--quiet", "main");
    await write("of main", "new\n");
    await git(folder, "commit", "--quiet", "--all", "--message=third");
    await git(folder, "checkout", "--quiet", "work");
    await write("edited", "new\n");
    await Deno.remove(`${folder}/removed`);
    await write("unknown ä", "new\n");
    await write("ignored", "new\n");
    assert.deepEqual(await changedFiles(folder), ["committed", "edited", "removed", "unknown ä"]);
    assert.deepEqual(await changedFilesIfKnown(folder), await changedFiles(folder));
    await git(folder, "stash", "--quiet", "--include-untracked");
    await git(folder, "checkout", "--quiet", "main");
    assert.deepEqual(await changedFiles(folder), []);
    assert.deepEqual(await changedFilesIfKnown(folder), ["of main"], "of the last commit");
    await git(folder, "checkout", "--quiet", "HEAD^");
    await git(folder, "branch", "--quiet", "--force", "main", "HEAD");
    assert.equal(await changedFilesIfKnown(folder), undefined, "a first commit has none before it");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("outside a checkout it is an error that says so", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(changedFiles(folder), /only in a git checkout/);
  assert.equal(await changedFilesIfKnown(folder), undefined);
  await Deno.remove(folder);
});
