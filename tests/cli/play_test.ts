import assert from "node:assert/strict";
import { play, type Start } from "../../cli/play.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { readConfig } from "../../config/settings.ts";
import { LogMemory } from "../../foundation/log_memory.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";

/** Plays these settings, without a terminal, until it ends by itself. */
async function playing(
  environment: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<number> {
  const { native, build } = await nativeForTests();
  const { signal } = new AbortController();
  const start: Start = {
    config: readConfig({
      ...{ UNDERSTUDY_DRIVER: "clock", UNDERSTUDY_OSC_PORT: "0", UNDERSTUDY_OSCQUERY_PORT: "off" },
      ...environment,
    }),
    ...{ version: "test", watch: false, lines: new LogMemory(1), screen: undefined, signal, native },
    log: { debug: log, info: log, warning: log, error: log },
    nativeLibrary: build.library,
    processes: undefined,
  };
  return await play(start);
}

Deno.test("a patch that gives numbers that are not finite is refused before anything opens", () =>
  inFolder(async (folder) => {
    const file = `${folder}/broken.ts`;
    await Deno.writeTextFile(
      file,
      `import { definePatch, sine } from "understudy";
      export default definePatch({
        name: "broken",
        parameters: {},
        instruments: {},
        output: () => {
          const huge = sine({ frequencyHz: 100 }).times(3e38);
          return huge.times(huge).minus(huge.times(huge));
        },
      });`,
    );
    const lines: string[] = [];
    await assert.rejects(
      playing({ UNDERSTUDY_PATCH: file }, (line) => lines.push(line)),
      (error) => {
        assert.ok(error instanceof PatchError, String(error));
        assert.equal(error.message, "patch broken: gave numbers that are not finite when it was rehearsed");
        return true;
      },
    );
    assert.deepEqual(lines.filter((line) => /playing|ready/.test(line)), []);
  }));
