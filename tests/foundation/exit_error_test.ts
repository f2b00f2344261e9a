import assert from "node:assert/strict";
import { programParts } from "../../cli/kept_program.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

const root = new URL("../../", import.meta.url);
const rooms = programParts.filter((part) => !part.includes("."));

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

/** Every class of an error that ends the program: file and name. */
async function* exitErrors(): AsyncGenerator<readonly [file: URL, name: string]> {
  for (const room of rooms) {
    for await (const file of sources(new URL(`${room}/`, root))) {
      const text = await Deno.readTextFile(file);
      for (const [, name] of text.matchAll(/^export class (\w+) extends ExitError\b/gm)) yield [file, name];
    }
  }
}

Deno.test("every error that ends the program is called after its class and has a code of the table", async () => {
  const codes: readonly number[] = Object.values(exitCodes);
  let count = 0;
  for await (const [file, name] of exitErrors()) {
    const { [name]: constructor } = await import(file.href);
    const error = new constructor(["what is wrong"], 0) as ExitError;
    assert.ok(error instanceof ExitError && error instanceof Error, name);
    assert.match(name, /Error$/);
    assert.equal(error.name, name);
    assert.ok(codes.includes(error.exitCode) && error.exitCode !== exitCodes.ok, name);
    assert.notEqual(error.exitCode, exitCodes.internal, name);
    count++;
  }
  assert.ok(count >= 19, `${count} classes were found`);
});
