import assert from "node:assert/strict";
import { decodeSample } from "../../../engine/samples/decode_sample.ts";
import { readFlac } from "../../../engine/samples/flac_reader.ts";
import { isVorbis, readOggStreams } from "../../../engine/samples/ogg_reader.ts";
import { readWav } from "../../../engine/samples/wav_reader.ts";
import { changedPage, oggPages } from "../../../testing/sound/ogg_pages.ts";
import { run, sox, withSoundPrograms } from "../../../testing/sound/sound_files.ts";
import { joined } from "../../../testing/sound/riff_bytes.ts";

const programs = ["sox", "oggenc"] as const;

/** Two seconds of noise, on several pages, encoded with a quality. */
async function encoded(folder: string, sound: string, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  await sox(folder, `-n -b 16 ${sound} a.wav synth 2 pinknoise gain -6`);
  await run(folder, "oggenc", `-Q -q ${quality} -o a.ogg a.wav`);
  return await Deno.readFile(`${folder}/a.ogg`);
}

const decode = (bytes: Uint8Array<ArrayBuffer>) => decodeSample("a.ogg", bytes);
const same = (one: Float32Array, other: Float32Array) =>
  one.length === other.length && one.every((sample, frame) => sample === other[frame]);

withSoundPrograms(
  programs,
  "pages that are missing shorten the sound and are told; numbered anew, what is there is the file",
  async (folder) => {
    await sox(folder, "-n -b 16 -r 48000 -c 1 a.wav synth 8 pinknoise gain -6");
    await run(folder, "oggenc", "-Q -q 5 -o a.ogg a.wav");
    const pages = oggPages(await Deno.readFile(`${folder}/a.ogg`));
    assert.ok(pages.length > 12, `${pages.length} pages`);
    const cut = [...pages.slice(0, 6), ...pages.slice(9)];
    const { channels, notes } = await decode(joined(...cut));
    assert.ok(channels[0].length > 100_000 && channels[0].length < 370_000, `${channels[0].length} frames`);
    assert.deepEqual(notes, ["sample a.ogg: 3 of its pages are missing, and it is shorter"]);
    const again = await decode(joined(...cut.map((page, sequence) => changedPage(page, { sequence }))));
    assert.deepEqual(again.notes, []);
    assert.ok(again.channels[0].length >= channels[0].length);
  },
);

withSoundPrograms(
  programs,
  "a file that breaks off or is damaged is refused; one without a mark at its end is told",
  async (folder) => {
    const file = await encoded(folder, "-r 48000 -c 1", 5);
    await assert.rejects(
      decode(file.slice(0, file.length - 200)),
      /breaks off in the page at byte \d+; copy or export/,
    );
    const damaged = file.slice();
    damaged[damaged.length >> 1] ^= 1;
    await assert.rejects(decode(damaged), /damaged: the page at byte \d+ has a wrong checksum/);
    const pages = oggPages(file);
    const open = await decode(joined(...pages.slice(0, -1)));
    assert.deepEqual(open.notes, ["sample a.ogg: its last page is not marked as the last: it may break off"]);
    assert.equal(
      (await decode(joined(file, "TAG".padEnd(128)))).channels[0].length,
      96_000,
      "a tag behind it",
    );
    await assert.rejects(decode(joined(...pages.slice(0, 1))), /its headers break off/);
    const [head] = pages;
    const speex = head.slice();
    speex.set(new TextEncoder().encode("Speex   "), 28);
    await assert.rejects(
      decode(joined(changedPage(speex, {}), ...pages.slice(1))),
      /expected Ogg with Vorbis, Opus or FLAC, found Ogg with Speex; export it again/,
    );
    assert.equal(readOggStreams(file, isVorbis).length, 1);
  },
);

withSoundPrograms(["sox", "flac"], "FLAC in Ogg is the same sound as FLAC", async (folder) => {
  await sox(folder, "-n -b 16 -r 48000 -c 2 a.wav synth 0.7 pinknoise gain -6");
  await run(folder, "flac", "--totally-silent --ogg -o a.oga a.wav");
  await run(folder, "flac", "--totally-silent -o a.flac a.wav");
  const [wav, ogg] = [
    readWav(await Deno.readFile(`${folder}/a.wav`)),
    await decode(await Deno.readFile(`${folder}/a.oga`)),
  ];
  ogg.channels.forEach((channel, side) => assert.ok(same(channel, wav.channels[side])));
  assert.ok(same(readFlac(await Deno.readFile(`${folder}/a.flac`)).channels[0], wav.channels[0]));
});
