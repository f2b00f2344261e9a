/** Files of a git checkout that differ from where its branch left the main one, those that git does not know included. */
export async function changedFiles(folder: string): Promise<readonly string[]> {
  const git = async (...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-c", "core.quotePath=false", ...args],
      cwd: folder,
      stdin: "null",
    }).output();
    return { success, text: new TextDecoder().decode(success ? stdout : stderr).trim() };
  };
  const inside = await git("rev-parse", "--git-dir");
  if (!inside.success) throw new Error(`what changed is known only in a git checkout: ${inside.text}`);
  let base = "HEAD";
  for (const main of ["main", "origin/main", "origin/HEAD"]) {
    const found = await git("merge-base", "HEAD", main);
    if (!found.success) continue;
    base = found.text;
    break;
  }
  const lists = await Promise.all([
    git("diff", "--name-only", "--no-renames", base),
    git("ls-files", "--others", "--exclude-standard"),
  ]);
  return [...new Set(lists.flatMap(({ text }) => text.split("\n")))].filter((path) => path !== "").sort();
}
