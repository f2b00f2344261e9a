import assert from "node:assert/strict";
import { programParts } from "../../cli/kept_program.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Copies what the program consists of into a new folder. Returns its path, with `/` at its end. */
export async function copyOfCheckout(folder: string): Promise<string> {
  const target = `${folder}/`;
  await Deno.mkdir(target);
  const { success } = await new Deno.Command("cp", {
    args: ["-r", ...programParts.map((part) => `${root}${part}`), target],
  }).output();
  assert.ok(success);
  await Deno.symlink(`${root}node_modules`, `${target}node_modules`);
  return target;
}
