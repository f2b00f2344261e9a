/** Files of a git checkout that differ from where its branch left the main one, those that git does not know included. */
export async function changedFiles(folder: string): Promise<readonly string[]> {
  const inside = await git(folder, "rev-parse", "--git-dir");
  if (!inside.success) throw new Error(`what changed is known only in a git checkout: ${inside.text}`);
  return await changedSince(folder, await leftMainAt(folder));
}

/**
 * The same, and on the main branch itself what its last commit changed. Undefined where that is not known: outside a
 * checkout, or in one without a history.
 */
export async function changedFilesIfKnown(folder: string): Promise<readonly string[] | undefined> {
  const head = await git(folder, "rev-parse", "--verify", "HEAD");
  if (!head.success) return undefined;
  const base = await leftMainAt(folder);
  if (base !== "HEAD" && base !== head.text) return await changedSince(folder, base);
  const before = await git(folder, "rev-parse", "--verify", "HEAD^");
  return before.success ? await changedSince(folder, before.text) : undefined;
}

/** The commit at which the branch left the main one; `HEAD` where there is no main branch. */
async function leftMainAt(folder: string): Promise<string> {
  for (const main of ["main", "origin/main", "origin/HEAD"]) {
    const found = await git(folder, "merge-base", "HEAD", main);
    if (found.success) return found.text;
  }
  return "HEAD";
}

/** What differs from a commit, and what git does not know. */
async function changedSince(folder: string, commit: string): Promise<readonly string[]> {
  const lists = await Promise.all([
    git(folder, "diff", "--name-only", "--no-renames", commit),
    git(folder, "ls-files", "--others", "--exclude-standard"),
  ]);
  return [...new Set(lists.flatMap(({ text }) => text.split("\n")))].filter((path) => path !== "").sort();
}

/** Runs git; the text is what it prints, or its error. */
async function git(folder: string, ...args: string[]): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-c", "core.quotePath=false", ...args],
    cwd: folder,
    stdin: "null",
  }).output();
  return { success, text: new TextDecoder().decode(success ? stdout : stderr).trim() };
}
