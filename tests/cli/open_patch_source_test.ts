import assert from "node:assert/strict";
import { openPatchSource } from "../../cli/open_patch_source.ts";
import { readConfig } from "../../config/settings.ts";
import { ScaleError } from "../../modules/tuning/scale_error.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { chunk, samplerChunk, wav, wavFormat } from "../../testing/sound/riff_bytes.ts";

Deno.test("the settings become the format of the patches, with the pitches of the tuning", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/scale.scl`, "fifths\n2\n3/2\n2/1\n");
  const environment = {
    UNDERSTUDY_SAMPLE_RATE: "44100",
    UNDERSTUDY_CHANNELS: "4",
    UNDERSTUDY_INPUT_CHANNELS: "2",
    UNDERSTUDY_BLOCK_FRAMES: "64",
  };
  const plain = await openPatchSource(readConfig(environment));
  assert.deepEqual(plain.format, {
    sampleRateHz: 44_100,
    channels: 4,
    inputChannels: 2,
    maximumBlockFrames: 64,
    tuning: undefined,
  });
  const tuned = await openPatchSource(
    readConfig({ ...environment, UNDERSTUDY_TUNING: `${folder}/scale.scl` }),
  );
  assert.equal(tuned.format.tuning?.length, 128);
  await assert.rejects(
    openPatchSource(readConfig({ UNDERSTUDY_TUNING: `${folder}/none.scl` })),
    (error) => error instanceof ScaleError && /cannot read the tuning/.test(error.message),
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what a patch file prints reaches the caller", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    file,
    `import { definePatch } from "understudy";
    console.log("cutoff", 3);
    export default definePatch({
      name: "through", instruments: {}, parameters: {}, output: (_buses, _parameters, input) => input,
    });`,
  );
  const printed: string[] = [];
  const source = await openPatchSource(readConfig({}), { onPrint: (text) => printed.push(text) });
  assert.equal((await source.load(file)).graph.name, "through");
  assert.deepEqual(printed, ["cutoff 3"]);
  await Deno.remove(file);
});

Deno.test("what is played otherwise than a sound file states it reaches the caller", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/samples`);
    const loop = samplerChunk([{ start: 10, last: 99, type: 7 }]);
    await Deno.writeFile(
      `${folder}/samples/a.wav`,
      wav(wavFormat(), chunk("data", new Uint8Array(200)), loop),
    );
    await Deno.writeTextFile(
      `${folder}/looped.ts`,
      `import { definePatch, sampleFile } from "understudy";
      export default definePatch({
        name: "looped", instruments: {}, parameters: {},
        output: () => sampleFile("a.wav").read("left", sampleFile("a.wav").loopStart),
      });`,
    );
    const notes: string[] = [];
    const source = await openPatchSource(readConfig({}), { onSampleNote: (note) => notes.push(note) });
    await source.load(`${folder}/looped.ts`);
    assert.deepEqual(notes, ["sample a.wav: its loop is of type 7 and is played forward"]);
  });
});
