/** The program as a package carries it: what plays, and nothing of tests and tools. */
import { cp } from "node:fs/promises";
import { playConfiguration, programParts } from "../../cli/kept_program.ts";
import { prebuild, type PrebuiltMachine } from "../prebuild.ts";

const root = new URL("../../", import.meta.url);

/** Copies a file or a folder of the checkout. */
export function copyFromCheckout(path: string, target: string): Promise<void> {
  return cp(new URL(path, root), target, { recursive: true });
}

/** Writes the program into a folder, with the native part for these machines, and returns its version and license. */
export async function writeProgram(
  folder: string,
  machines: readonly PrebuiltMachine[],
): Promise<{ readonly version: string; readonly license: string }> {
  await Deno.mkdir(folder, { recursive: true });
  for (const part of programParts) await copyFromCheckout(part, `${folder}/${part}`);
  const manifest = await Deno.readTextFile(new URL("deno.json", root));
  await Deno.writeTextFile(`${folder}/deno.json`, playConfiguration(manifest));
  await prebuild(`${folder}/ffi/prebuilt`, machines);
  return JSON.parse(manifest);
}

/** Runs a tool of a packager and returns what it printed; throws its words when it fails. */
export async function runTool(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${text(stderr)}`);
  return text(stdout);
}
