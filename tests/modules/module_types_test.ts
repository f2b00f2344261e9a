import assert from "node:assert/strict";

const config = new URL("../../deno.json", import.meta.url).pathname;
const uses = new URL("./wrong_uses.ts", import.meta.url);
const mark = /^ *\/\/ @ts-expect-error: .*\n/gm;

async function check(text: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/uses.ts`, text);
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", `--config=${config}`, `${folder}/uses.ts`],
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(folder, { recursive: true });
  return new TextDecoder().decode(stderr);
}

Deno.test("a wrong name, unit or kind of signal is an error in the editor, each of them", async () => {
  const text = await Deno.readTextFile(uses);
  const marks = text.match(mark)!.length;
  assert.ok(marks > 15);
  assert.equal(await check(text), "");
  const errors = (await check(text.replaceAll(mark, ""))).match(/^TS\d+ \[ERROR\]/gm) ?? [];
  assert.equal(errors.length, marks);
});
