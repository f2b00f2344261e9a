/** Takes turns: `deno task check` reads the same declarations; here are uses that must not pass. */
import assert from "node:assert/strict";
import { inFolder } from "../../testing/in_folder.ts";

const config = new URL("../../deno.json", import.meta.url).pathname;
const uses = new URL("./wrong_uses.ts", import.meta.url);
const mark = /^ *\/\/ @ts-expect-error: .*\n/gm;

Deno.test("a wrong name, unit or kind of signal is an error in the editor, each of them", () =>
  inFolder(async (folder) => {
    const text = await Deno.readTextFile(uses);
    const marks = text.match(mark)!.length;
    assert.ok(marks > 15);
    const files = { marked: text, bare: text.replaceAll(mark, "") };
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}.ts`, content);
    }
    // one run for both: to read the types takes most of the time
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `--config=${config}`, `${folder}/marked.ts`, `${folder}/bare.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    const errors = new TextDecoder().decode(stderr).split(/^(?=TS\d+ \[ERROR\])/m)
      .filter((error) => error.startsWith("TS"));
    const places = errors.map((error) => /^ *at (file:\S+)/m.exec(error)?.[1]);
    assert.deepEqual(places.filter((place) => !place?.includes("/bare.ts:")), [], "each mark has its error");
    assert.equal(errors.length, marks);
  }));
