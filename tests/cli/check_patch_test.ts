/** Takes turns: `tests/modules/signal/` and `tests/patches/loading/` show each mistake; here it is printed. */
import assert from "node:assert/strict";
import { checkPatches, parseTypeMistakes } from "../../cli/check_patch.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { inFolder } from "../../testing/in_folder.ts";

const config = readConfig({
  UNDERSTUDY_CACHE_DIR: new URL("../../build/native-tests", import.meta.url).pathname,
});

const patch = (output: string) =>
  `import { definePatch, sine } from "understudy";
export default definePatch({
  name: "tone",
  parameters: {},
  instruments: {},
  output: () => ${output},
});
`;

Deno.test("mistakes of types and of loading have their place; warnings do not fail", () =>
  inFolder(async (folder) => {
    const files = {
      loud: patch("sine({ frequencyHz: 100 }).times(3)"),
      wrong: patch("sine({ frequencyHz: 100 } as { frequencyHz: string }).times(3e38).times(3e38)"),
    };
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}.ts`, text);
    const printed: string[] = [];
    // one that never ends is not given to the runtime
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe.ts`] }).output();
    const paths = [...Object.keys(files), "pipe"].map((name) => `${folder}/${name}.ts`);
    const code = await checkPatches([...paths, "nosuch"], config, (line) => printed.push(line));
    assert.equal(code, exitCodes.usage);
    const text = printed.join("\n").replaceAll(`${folder}/`, "");
    assert.match(
      text,
      /^loud\.ts: warning: .*above full scale.*\nloud\.ts: ok\nwrong\.ts:6:\d+: .*string.* \(TS\d+\)\n/,
    );
    assert.match(text, /^patch tone: gave numbers that are not finite/m);
    assert.match(text, /pipe\.ts: expected a patch file, found something else/);
    assert.match(text, /there is no patch "nosuch"/);
  }));

Deno.test("the runtime's messages become one line each, with the file as it is reached from here", () => {
  const output = `TS2322 [ERROR]: Type 'string' is not assignable to type 'number'.
    tone: instrument({ voices: "8" }),
                       ~~~~~~
    at file:///stage/organ.ts:7:24

    The expected type comes from property 'voices'
        at file:///engine/graph.ts:130:12

TS2339 [ERROR]: Property 'nosuch' does not exist on type 'Signal<"1">'.
    at file:///other/b.ts:9:30

Found 2 errors.

error: Type checking failed.
`;
  assert.deepEqual(parseTypeMistakes(output, "/stage").map(({ file, text }) => `${file} ${text}`), [
    "/stage/organ.ts organ.ts:7:24: Type 'string' is not assignable to type 'number'. (TS2322)",
    "/other/b.ts /other/b.ts:9:30: Property 'nosuch' does not exist on type 'Signal<\"1\">'. (TS2339)",
  ]);
});
