import assert from "node:assert/strict";
import { requirement } from "../requirement.ts";

/** Registers a test that makes its sound files with SoX, in a folder of its own. */
export function withSox(name: string, fn: (folder: string) => Promise<void>): void {
  requirement({
    name,
    fn: async () => {
      const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "understudy-samples-" }));
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  }, { commands: ["sox"], install: "sudo apt-get install sox libsox-fmt-base" });
}

/** Runs SoX with words divided by spaces. */
export async function sox(folder: string, command: string): Promise<void> {
  const args = ["-D", "-R", "-V1", ...command.split(" ")];
  const { success, stderr } = await new Deno.Command("sox", { args, cwd: folder }).output();
  assert.ok(success, `sox ${command}: ${new TextDecoder().decode(stderr)}`);
}
