/**
 * Installs the packages of tests, benchmarks and scripts into node_modules, unless they are those of deno.lock already. Who only plays
 * needs none of them: the tasks that play take the few packages of play.lock from the runtime's cache.
 *
 *     deno task packages
 */
import { createHash } from "node:crypto";
import { exists } from "../foundation/exists.ts";
import { readIfThere } from "../foundation/read_if_there.ts";

const root = new URL("../", import.meta.url);

/** Has the hash of the lock file whose packages were installed last. */
const stamp = new URL("build/packages.sha256", root);

const lock = createHash("sha256").update(Deno.readFileSync(new URL("deno.lock", root))).digest("hex");
if (!exists(new URL("node_modules", root)) || readIfThere(stamp.pathname) !== lock) {
  const { code } = await new Deno.Command(Deno.execPath(), { args: ["install", "--frozen"], cwd: root })
    .spawn()
    .status;
  if (code !== 0) {
    console.error("the packages were not installed; is the registry reachable?");
    Deno.exit(code);
  }
  Deno.mkdirSync(new URL("build", root), { recursive: true });
  Deno.writeTextFileSync(stamp, lock);
}
