import assert from "node:assert/strict";

Deno.test("--check writes nothing, and is content with what is generated", async () => {
  const root = new URL("../../", import.meta.url);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "scripts/generate.ts", "--check"],
    cwd: root,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});
