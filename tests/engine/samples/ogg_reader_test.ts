/** Covers: engine/samples/vorbis_reader.ts engine/samples/ogg_flac.ts testing/sound/ogg_pages.ts */
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
const peak = (channel: Float32Array) => channel.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
const same = (one: Float32Array, other: Float32Array) =>
  one.length === other.length && one.every((sample, frame) => sample === other[frame]);

withSoundPrograms(
  programs,
  "streams one after the other are decoded with their own headers, or refused where they differ",
  async (folder) => {
    const [low, high] = [
      await encoded(folder, "-r 48000 -c 2", 1),
      await encoded(folder, "-r 48000 -c 2", 9),
    ];
    const [one, other] = [await decode(low), await decode(high)];
    const { channels, sampleRateHz } = await decode(joined(low, high));
    assert.equal(sampleRateHz, 48_000);
    channels.forEach((channel, side) => {
      assert.ok(same(channel.subarray(0, 96_000), one.channels[side]));
      assert.ok(same(channel.subarray(96_000), other.channels[side]));
      assert.ok(peak(channel) < 1.2, `peak ${peak(channel)}`);
    });
    const foreign = await encoded(folder, "-r 44100 -c 1", 5);
    await assert.rejects(
      decode(joined(low, foreign)),
      /^SampleError: sample a\.ogg: its streams differ: 2 x 48000 Hz, then 1 x 44100 Hz; export it as one/,
    );
  },
);

withSoundPrograms(programs, "a stream whose positions start late has the same sound", async (folder) => {
  const file = await encoded(folder, "-r 48000 -c 1", 5);
  const whole = await decode(file);
  assert.equal(whole.channels[0].length, 96_000);
  const late = joined(...oggPages(file).map((page) => changedPage(page, { later: 3_600 * 48_000 })));
  const { channels, notes } = await decode(late);
  assert.ok(same(channels[0], whole.channels[0]));
  assert.deepEqual(notes, []);
});

withSoundPrograms(
  programs,
  "positions below zero cut the beginning, as Vorbis I, A.2 has it",
  async (folder) => {
    const file = await encoded(folder, "-r 48000 -c 1", 5);
    const whole = await decode(file);
    const early = joined(...oggPages(file).map((page) => changedPage(page, { later: -1_000 })));
    const { channels } = await decode(early);
    assert.ok(same(channels[0], whole.channels[0].subarray(1_000)));
  },
);

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
    const opus = head.slice();
    opus.set(new TextEncoder().encode("OpusHead"), 28);
    await assert.rejects(
      decode(joined(changedPage(opus, {}), ...pages.slice(1))),
      /expected Ogg with Vorbis or FLAC, found Ogg with Opus; export it again/,
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
