import assert from "node:assert/strict";
import { configForShow } from "../../cli/show_config.ts";
import { readConfig } from "../../config/settings.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("a show brings memory for its files and a patch, where nobody has asked for others", () =>
  inFolder(async (folder) => {
    const file = `${folder}/play.json`;
    await Deno.writeTextFile(file, "{}");
    const config = readConfig({ UNDERSTUDY_SHOW: file });
    const { patch, streamMiB } = configForShow(config, false);
    assert.deepEqual([patch, streamMiB], ["stage", 64]);
    assert.equal(configForShow(config, true).patch, config.patch);
    await Deno.writeTextFile(file, '{ "patch": "hall.ts" }');
    const own = configForShow(readConfig({ UNDERSTUDY_SHOW: file, UNDERSTUDY_STREAM_MIB: "8" }), false);
    assert.deepEqual([own.patch, own.streamMiB], [`${folder}/hall.ts`, 8]);
    const without = readConfig({});
    assert.equal(configForShow(without, false), without);
  }));
