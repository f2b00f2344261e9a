import assert from "node:assert/strict";

/** Everything that the object file of a C source can call besides itself, as `nm` prints it. */
export async function undefinedSymbols(source: string): Promise<string[]> {
  const object = await Deno.makeTempFile({ suffix: ".o" });
  try {
    const args = ["-std=c11", "-O2", "-fno-stack-protector", "-fPIC", "-c", source, "-o", object];
    const { success, stderr } = await new Deno.Command("cc", { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const { stdout } = await new Deno.Command("nm", { args: ["-u", object] }).output();
    return new TextDecoder().decode(stdout).trim().split(/\s*\n\s*/);
  } finally {
    await Deno.remove(object);
  }
}
