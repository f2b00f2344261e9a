import assert from "node:assert/strict";
import { checkShowFile } from "../../cli/check_show.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { chunk, wav, wavFormat } from "../../testing/sound/riff_bytes.ts";

const config = readConfig({});

/** A file of a second at 44.1 kHz, and a show. */
async function prepare(folder: string, show: string): Promise<string> {
  const format = wavFormat({ tag: 3, bits: 32, channels: 2, sampleRateHz: 44_100 });
  await Deno.writeFile(`${folder}/rain.wav`, wav(format, chunk("data", new Uint8Array(44_100 * 8))));
  await Deno.writeTextFile(`${folder}/show.json`, show);
  return `${folder}/show.json`;
}

async function check(
  file: string,
  options = { json: false, run: false },
): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await checkShowFile(file, config, { ...options, print: (line) => lines.push(line) });
  return { code, lines: lines.map((line) => line.replaceAll(file, "show.json")) };
}

Deno.test("a show is right when its files are there, and what each GO would do is in frames of the engine", () =>
  inFolder(async (folder) => {
    const file = await prepare(
      folder,
      '{ "cues": [{ "number": 1, "play": "rain.wav", "continue": "auto-follow" }, { "number": 2, "patch": "keys" }] }',
    );
    assert.deepEqual(await check(file), { code: exitCodes.ok, lines: ["show.json: ok"] });
    const { lines } = await check(file, { json: true, run: true });
    const { ok, problems, timeline } = JSON.parse(lines[0]);
    assert.deepEqual([ok, problems, timeline.length], [true, [], 1]);
    const loads = timeline[0].actions.filter((action: { do: string }) => action.do === "loadPatch");
    assert.deepEqual(loads, [{ frame: config.sampleRateHz, cue: "2", do: "loadPatch", patch: "keys" }]);
    const text = (await check(file, { json: false, run: true })).lines.join("\n");
    assert.match(text, /\nGO 1 at cue 1, frame 0\n/);
    assert.match(text, / \+1\.000 s {2}frame 48000 +2: load patch keys/);
  }));

Deno.test("missing and damaged files and patches that are not there are mistakes, and warnings are none", () =>
  inFolder(async (folder) => {
    const file = await prepare(
      folder,
      `{ "patch": "./organ.ts", "outputs": { "wide": [1, 2, 3] }, "cues": [
  { "play": "rian.wav" },
  { "play": "show.json" },
  { "patch": "kezs" },
  { "play": "\\u001b[2J.wav" }
] }`,
    );
    const { code, lines } = await check(file);
    assert.equal(code, exitCodes.usage);
    assert.match(lines[0], /^show\.json:1:12: there is no patch file \.\/organ\.ts in /);
    assert.match(lines[1], /^show\.json:1:47: warning: output wide: bus 3 has no channel of the device/);
    assert.match(lines[2], /^show\.json:2:13: play rian\.wav: there is no such file/);
    assert.match(lines[3], /^show\.json:3:13: play show\.json: expected WAV/);
    assert.match(lines[4], /^show\.json:4:14: patch kezs: there is no patch "kezs".*keys/);
    // what a file holds does not reach the terminal
    assert.match(lines[5], /^show\.json:5:13: play \\u001b\[2J\.wav: there is no such file/);
    assert.equal(lines.length, 6);
  }));

Deno.test("a show that is not there is a mistake like others", async () => {
  const { code, lines } = await check("/nowhere/show.json");
  assert.deepEqual([code, lines], [exitCodes.usage, ["show.json:1:1: there is no such file"]]);
});
