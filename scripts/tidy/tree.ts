/** The files of the project, from the work tree or from a revision of git, without a checkout. */

/** All files, by path from the root of the project. */
export interface Tree {
  /** Names at the top level, folders among them. */
  readonly topLevel: readonly string[];
  /** Paths of all files, sorted. */
  readonly paths: readonly string[];
  /** Texts of the files that checks read: sources and documents. */
  readonly texts: ReadonlyMap<string, string>;
}

const leftOut = new Set(["node_modules", "build", ".git"]);

/** Whether a check reads it: sources, documents, and the settings of the project. */
function isText(path: string): boolean {
  return /\.(ts|md|c|h)$/.test(path) || path.startsWith("dashboard/lib/") || path === "deno.json";
}

/** The work tree below `root`, which ends with a slash. */
export async function readTree(root: URL): Promise<Tree> {
  const topLevel: string[] = [];
  const paths: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", root))) {
      if (folder === "") topLevel.push(name);
      if (!isDirectory) paths.push(folder + name);
      else if (!leftOut.has(name)) await walk(`${folder}${name}/`);
    }
  };
  await walk("");
  paths.sort();
  const texts = await Promise.all(
    paths.filter(isText).map(async (path) => [path, await Deno.readTextFile(new URL(path, root))] as const),
  );
  return { topLevel: topLevel.sort(), paths, texts: new Map(texts) };
}

/** The tree of a revision of git, such as `HEAD~3`; throws with the words of git when there is none. */
export async function readRevision(root: URL, revision: string): Promise<Tree> {
  const decoder = new TextDecoder();
  const listing = decoder.decode(await git(root, ["ls-tree", "-r", "-z", "--full-tree", revision]));
  const files = listing.split("\0").filter(Boolean).map((row) => {
    const [about, path] = row.split("\t");
    return { path, object: about.split(" ")[2] };
  }).sort((a, b) => a.path < b.path ? -1 : 1);
  const read = files.filter(({ path }) => isText(path));
  const batch = await git(root, ["cat-file", "--batch"], read.map(({ object }) => `${object}\n`).join(""));
  const texts = new Map<string, string>();
  let at = 0;
  for (const { path } of read) {
    const head = batch.indexOf(10, at);
    const size = Number(decoder.decode(batch.subarray(at, head)).split(" ")[2]);
    texts.set(path, decoder.decode(batch.subarray(head + 1, head + 1 + size)));
    at = head + 1 + size + 1;
  }
  const paths = files.map(({ path }) => path);
  return { topLevel: [...new Set(paths.map((path) => path.split("/")[0]))], paths, texts };
}

async function git(root: URL, args: string[], input = ""): Promise<Uint8Array> {
  const child = new Deno.Command("git", { args, cwd: root, stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), written]);
  if (code !== 0) throw new Error(`git ${args[0]}: ${new TextDecoder().decode(stderr).trim()}`);
  return stdout;
}
