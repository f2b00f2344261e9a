import assert from "node:assert/strict";
import { isVorbis, readOggStreams } from "../../../engine/samples/ogg_reader.ts";
import { readVorbis } from "../../../engine/samples/vorbis_reader.ts";
import { changedPage, oggPages } from "../../../testing/sound/ogg_pages.ts";
import { joined } from "../../../testing/sound/riff_bytes.ts";
import { run, sox, withSoundPrograms } from "../../../testing/sound/sound_files.ts";

const programs = ["sox", "oggenc"] as const;

/** Two seconds of noise, on several pages, encoded with a quality. */
async function encoded(folder: string, sound: string, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  await sox(folder, `-n -b 16 ${sound} a.wav synth 2 pinknoise gain -6`);
  await run(folder, "oggenc", `-Q -q ${quality} -o a.ogg a.wav`);
  return await Deno.readFile(`${folder}/a.ogg`);
}

const decode = (bytes: Uint8Array<ArrayBuffer>) => readVorbis(readOggStreams(bytes, isVorbis));
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
    const twice = await decode(joined(low, low));
    assert.ok(same(twice.channels[1].subarray(96_000), one.channels[1]), "with the same serial number");
    const foreign = await encoded(folder, "-r 44100 -c 1", 5);
    await assert.rejects(
      decode(joined(low, foreign)),
      /its streams differ: 2 x 48000 Hz, then 1 x 44100 Hz; export it as one/,
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
  "the first stream with sound is taken of those that lie side by side",
  async (folder) => {
    const file = await encoded(folder, "-r 48000 -c 1", 5);
    const [whole, pages] = [await decode(file), oggPages(file)];
    const beside = oggPages(await encoded(folder, "-r 44100 -c 2", 5)).map((page, index) => {
      if (index === 0) page.set(new TextEncoder().encode("fishead"), 28);
      return changedPage(page, { serial: 7 });
    });
    const [head, ...rest] = pages;
    const mixed = [
      beside[0],
      head,
      ...rest.flatMap((page, index) => [page, ...beside.slice(index + 1, index + 2)]),
    ];
    const { channels, sampleRateHz } = await decode(joined(...mixed));
    assert.equal(sampleRateHz, 48_000);
    assert.ok(same(channels[0], whole.channels[0]));
  },
);
