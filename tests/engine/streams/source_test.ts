/** Sources of streams: every format beside the programs of others, every place beside the plain read, and what is broken. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openAiff } from "../../../engine/streams/source/aiff_sound.ts";
import { bytesInMemory, openBytes } from "../../../engine/streams/source/byte_source.ts";
import { ChunkedSound } from "../../../engine/streams/source/chunked_sound.ts";
import { boundedSoundChunk, fileChunks } from "../../../engine/streams/source/file_chunks.ts";
import { checkFileFormat } from "../../../engine/streams/source/file_format.ts";
import { FlacBlocks } from "../../../engine/streams/source/flac_blocks.ts";
import { openFlac } from "../../../engine/streams/source/flac_sound.ts";
import { readMpegHeader, readMpegTag } from "../../../engine/streams/source/mpeg_header.ts";
import { findMpegFrame, MpegIndex } from "../../../engine/streams/source/mpeg_index.ts";
import { openMpeg } from "../../../engine/streams/source/mpeg_sound.ts";
import { inWavOrder } from "../../../engine/streams/source/ogg_codec.ts";
import { oggFlacCodec } from "../../../engine/streams/source/ogg_flac_codec.ts";
import { isPossible, type OggLink } from "../../../engine/streams/source/ogg_index.ts";
import { OggPages, PacketAssembly } from "../../../engine/streams/source/ogg_packets.ts";
import { openOgg } from "../../../engine/streams/source/ogg_sound.ts";
import { openFileSound } from "../../../engine/streams/source/open_file_sound.ts";
import { openSource } from "../../../engine/streams/source/open_source.ts";
import { TimecodeSound } from "../../../engine/streams/source/timecode_sound.ts";
import { opusCodec, packetFrames } from "../../../engine/streams/source/opus_codec.ts";
import { pcmSound } from "../../../engine/streams/source/pcm_sound.ts";
import { sourceError } from "../../../engine/streams/source/played_file.ts";
import { Resampler } from "../../../engine/streams/source/resampler.ts";
import { passBand, resamplerFilter } from "../../../engine/streams/source/resampler_filter.ts";
import { createResamplerKernel } from "../../../engine/streams/source/resampler_kernel.ts";
import { maxReadFrames, type Source } from "../../../engine/streams/source/source.ts";
import { readSourcesInProcess } from "../../../engine/streams/source/source_child.ts";
import { sourceCommand, sourceRole } from "../../../engine/streams/source/source_command.ts";
import { SourceError } from "../../../engine/streams/source/source_error.ts";
import { decodeAnswers, encodeAnswer } from "../../../engine/streams/source/source_messages.ts";
import { SourceProcess } from "../../../engine/streams/source/source_process.ts";
import { vorbisCodec } from "../../../engine/streams/source/vorbis_codec.ts";
import { openWav } from "../../../engine/streams/source/wav_sound.ts";
import { SoundFileError } from "../../../engine/sound_files/sound_file_error.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { changedPage, oggPages } from "../../../testing/sound/ogg_pages.ts";
import { chunk, joined, packed, wav, wavFormat } from "../../../testing/sound/riff_bytes.ts";
import { run, sox, withSoundPrograms } from "../../../testing/sound/sound_files.ts";
import { SeededRandom } from "../../../testing/seeded_random.ts";

const seed = 11;

function noise(frames: number, channels: number): Float32Array<ArrayBuffer> {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: frames * channels }, () => random.next() - 0.5);
}

async function noiseFile(
  folder: string,
  { frames, channels, sampleRateHz }: { frames: number; channels: number; sampleRateHz: number },
): Promise<{ path: string; samples: Float32Array }> {
  const samples = noise(frames, channels);
  const path = `${folder}/noise.wav`;
  const format = wavFormat({ tag: 3, bits: 32, channels, sampleRateHz });
  await Deno.writeFile(path, wav(format, chunk("data", new Uint8Array(samples.buffer))));
  return { path, samples };
}

/** All frames, planar. */
async function readAll(source: Source): Promise<Float32Array> {
  const frames = source.frames!;
  const all = new Float32Array(frames * source.channels);
  for (let at = 0; at < frames; at += maxReadFrames) {
    const count = Math.min(maxReadFrames, frames - at);
    const piece = await source.read(at, count);
    for (let channel = 0; channel < source.channels; channel++) {
      all.set(piece.subarray(channel * count, (channel + 1) * count), channel * frames + at);
    }
  }
  return all;
}

Deno.test("at the file's own rate the frames are those of the file, planar, with silence around", async () => {
  await inFolder(async (folder) => {
    const channels = 3;
    const { path, samples } = await noiseFile(folder, { frames: 1_000, channels, sampleRateHz: 48_000 });
    const source = await openSource(path, { sampleRateHz: 48_000 });
    assert.deepEqual(
      [source.path, source.kind, source.channels, source.fileRateHz, source.frames],
      [path, "WAV", 3, 48_000, 1_000],
    );
    const read = await source.read(-10, 1_020);
    for (let channel = 0; channel < channels; channel++) {
      for (let frame = 0; frame < 1_020; frame++) {
        const expected = samples[(frame - 10) * channels + channel];
        const isInside = frame >= 10 && frame < 1_010;
        assert.equal(read[channel * 1_020 + frame], isInside ? expected : 0, `${channel}, ${frame}`);
      }
    }
    await source.close();
  });
});

Deno.test("a frame has the same bits in whatever order and length it is asked for, at every rate", async () => {
  await inFolder(async (folder) => {
    const random = new SeededRandom(seed);
    for (const [from, to] of [[44_100, 48_000], [96_000, 44_100], [11_025, 48_000], [37_123, 48_000]]) {
      const { path } = await noiseFile(folder, { frames: 12_000, channels: 2, sampleRateHz: from });
      const source = await openSource(path, { sampleRateHz: to });
      const frames = source.frames!;
      assert.equal(frames, Math.ceil(12_000 * to / from));
      const whole = await readAll(source);
      for (let turn = 0; turn < 20; turn++) {
        const first = Math.floor((random.next() * 1.1 - 0.05) * frames);
        const count = 1 + Math.floor(random.next() * 5_000);
        const piece = await source.read(first, count);
        for (let at = 0; at < piece.length; at++) {
          const [channel, frame] = [Math.floor(at / count), first + at % count];
          const expected = frame < 0 || frame >= frames ? 0 : whole[channel * frames + frame];
          assert.ok(Object.is(piece[at], expected), `seed ${seed}, ${from} to ${to}, frame ${frame}`);
        }
      }
      await source.close();
    }
  });
});

const ignore = () => {};

/** The power of a sound above that of its difference to another one, in dB. */
function distanceDb(found: Float32Array, expected: Float32Array): number {
  let [signal, error] = [0, 0];
  found.forEach((sample, at) => {
    signal += sample ** 2;
    error += (sample - expected[at]) ** 2;
  });
  return 10 * Math.log10(signal / error);
}

/** What another program decodes, planar. */
async function decodedByFfmpeg(folder: string, name: string, channels: number): Promise<Float32Array> {
  await run(folder, "ffmpeg", `-v error -y -i ${name} -f f32le -acodec pcm_f32le ${name}.raw`);
  const mixed = new Float32Array((await Deno.readFile(`${folder}/${name}.raw`)).buffer);
  const frames = mixed.length / channels;
  return Float32Array.from(
    { length: mixed.length },
    (_, at) => mixed[(at % frames) * channels + Math.floor(at / frames)],
  );
}

/** A source at the file's own rate. */
async function openPlain(path: string, onWarning?: (text: string) => void): Promise<Source> {
  const probe = await openSource(path, { sampleRateHz: 48_000 });
  await probe.close();
  const source = await openSource(path, { sampleRateHz: probe.fileRateHz, onWarning });
  await source.measure();
  return source;
}

/** Reads of another source, in any order, have the bits of `whole`. */
async function assertSeeks(path: string, whole: Float32Array, turns = 8): Promise<void> {
  const random = new SeededRandom(seed);
  const source = await openPlain(path);
  const frames = source.frames!;
  for (let turn = 0; turn < turns; turn++) {
    const first = Math.floor(random.next() * frames);
    const count = Math.min(1 + Math.floor(random.next() * 3_000), frames - first);
    const piece = await source.read(first, count);
    for (let at = 0; at < piece.length; at++) {
      const expected = whole[Math.floor(at / count) * frames + first + at % count];
      assert.ok(Object.is(piece[at], expected), `seed ${seed}, ${path}, frame ${first + at % count}`);
    }
  }
  await source.close();
}

/** Some chunks of each codec. */
const seconds = 7;

withSoundPrograms(
  ["sox", "flac", "oggenc", "opusenc", "lame", "ffmpeg"],
  "every format gives what other programs decode, and each place the same bits in any order",
  async (folder) => {
    await sox(folder, `-n -b 16 -r 44100 -c 2 a.wav synth ${seconds} pinknoise sine 300-3000 gain -8`);
    await sox(folder, "a.wav -r 48000 b.wav");
    await sox(folder, "a.wav -b 24 a.aiff");
    await run(folder, "flac", "--totally-silent -f -o a.flac a.wav");
    await run(folder, "flac", "--totally-silent --no-seektable -f --ogg -o a.oga a.wav");
    await run(folder, "oggenc", "-Q -o a.ogg a.wav");
    await run(folder, "opusenc", "--quiet b.wav b.opus");
    await run(folder, "lame", "--quiet -V 4 a.wav a.mp3");
    await run(folder, "lame", "--quiet -t -m m -b 64 --resample 22.05 a.wav m.mp3");
    const cases = [
      ["a.wav", "WAV", 2, Infinity],
      ["a.aiff", "AIFF", 2, Infinity],
      ["a.flac", "FLAC", 2, Infinity],
      ["a.oga", "Ogg FLAC", 2, Infinity],
      ["a.ogg", "Ogg Vorbis", 2, 120],
      // ffmpeg has a decoder of its own, which is nearer at high rates of data
      ["b.opus", "Ogg Opus", 2, 50],
      ["a.mp3", "MP3", 2, 100],
      ["m.mp3", "MP3", 1, 100],
    ] as const;
    for (const [name, kind, channels, leastDb] of cases) {
      const path = `${folder}/${name}`;
      const source = await openPlain(path);
      assert.deepEqual([source.kind, source.channels, source.warnings], [kind, channels, []], name);
      const whole = await readAll(source);
      const expected = await decodedByFfmpeg(folder, name, channels);
      assert.equal(whole.length, expected.length, `${name}: as many frames`);
      const foundDb = distanceDb(whole, expected);
      assert.ok(foundDb >= leastDb, `${name}: ${foundDb} dB from ffmpeg`);
      await source.close();
      await assertSeeks(path, whole);
    }
  },
);

withSoundPrograms(
  ["sox", "opusenc"],
  "a place in Opus has the bits of a decoding from the beginning",
  async (folder) => {
    await sox(folder, `-n -b 16 -r 48000 -c 1 a.wav synth ${seconds} pinknoise gain -8`);
    await run(folder, "opusenc", "--quiet a.wav a.opus");
    const pages = new OggPages(await openBytes(`${folder}/a.opus`), ignore);
    const assembly = new PacketAssembly();
    const packets: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0;;) {
      const placed = await pages.from(at);
      if (placed === undefined) break;
      packets.push(...assembly.add(placed.page));
      at = placed.end;
    }
    pages.bytes.close();
    const codec = opusCodec(packets[0]);
    const decoder = await codec.open();
    const source = await openPlain(`${folder}/a.opus`);
    const whole = await readAll(source);
    let position = -codec.preSkip;
    for (const packet of packets.slice(codec.headers)) {
      const [side] = await decoder.decode(packet);
      assert.equal(side.length, packetFrames(packet));
      side.forEach((sample, at) => {
        const frame = position + at;
        if (frame >= 0 && frame < whole.length) assert.ok(Object.is(whole[frame], sample), `frame ${frame}`);
      });
      position += side.length;
    }
    decoder.free();
    await source.close();
  },
);

withSoundPrograms(
  ["sox", "flac"],
  "FLAC is found by its table, without it, and around a damaged block",
  async (folder) => {
    await sox(folder, "-n -b 24 -r 48000 -c 6 a.wav synth 3 pinknoise gain -8");
    await run(folder, "flac", "--totally-silent -S 1s -f -o a.flac a.wav");
    await run(folder, "flac", "--totally-silent --no-seektable -f -o b.flac a.wav");
    const [a, b] = [await openPlain(`${folder}/a.flac`), await openPlain(`${folder}/b.flac`)];
    const whole = await readAll(a);
    assert.deepEqual(await readAll(b), whole);
    await a.close();
    await b.close();
    await assertSeeks(`${folder}/a.flac`, whole);
    await assertSeeks(`${folder}/b.flac`, whole);
    const bytes = await Deno.readFile(`${folder}/b.flac`);
    bytes.fill(0x55, bytes.length / 2, bytes.length / 2 + 40);
    await Deno.writeFile(`${folder}/c.flac`, bytes);
    const c = await openPlain(`${folder}/c.flac`);
    const frames = whole.length / 6;
    const read = await readAll(c);
    const silent = Array.from(
      { length: frames },
      (_, frame) => read[frame] !== whole[frame] && read[frame] === 0,
    );
    const count = silent.filter(Boolean).length;
    assert.ok(count > 3_900 && count <= 4_096, `${count} frames are silent`);
    assert.ok(read.every((sample, at) => sample === whole[at] || sample === 0));
    assert.match(
      c.warnings[0],
      /c\.flac: it is damaged between bytes \d+ and \d+, before frame \d+; that is silent/,
    );
    await c.close();
    await Deno.writeFile(`${folder}/d.flac`, bytes.subarray(0, Math.floor(bytes.length * 0.4)));
    const d = await openSource(`${folder}/d.flac`, { sampleRateHz: 48_000 });
    assert.ok(d.frames! > 0 && d.frames! < frames);
    assert.match(
      d.warnings[0],
      new RegExp(`it breaks off at byte \\d+, after ${d.frames} of ${frames} frames`),
    );
    await d.close();
    const memory = bytesInMemory(await Deno.readFile(`${folder}/a.flac`));
    assert.equal((await openFlac(memory, 0, ignore)).frames, frames);
    const info = {
      channels: 6,
      bits: 24,
      sampleRateHz: 48_000,
      frames,
      md5: "",
      maxFrameBytes: 0,
      minBlockFrames: 4_096,
    };
    const first = await new FlacBlocks(memory, info).find(4, memory.size);
    assert.deepEqual([first?.first, first?.frames], [0, 4_096]);
  },
);

withSoundPrograms(
  ["sox", "oggenc"],
  "chains play one after the other; missing pages are silent in their place",
  async (folder) => {
    await sox(folder, "-n -b 16 -r 48000 -c 1 a.wav synth 7 pinknoise gain -8");
    await sox(folder, "-n -b 16 -r 48000 -c 1 b.wav synth 3 sine 400 gain -8");
    await run(folder, "oggenc", "-Q -s 1 -o a.ogg a.wav");
    await run(folder, "oggenc", "-Q -s 2 -o b.ogg b.wav");
    const [a, b] = [await Deno.readFile(`${folder}/a.ogg`), await Deno.readFile(`${folder}/b.ogg`)];
    await Deno.writeFile(`${folder}/c.ogg`, joined(a, b));
    const parts = await Promise.all(["a", "b"].map((name) => openPlain(`${folder}/${name}.ogg`)));
    const [first, second] = [await readAll(parts[0]), await readAll(parts[1])];
    const chained = await openSource(`${folder}/c.ogg`, { sampleRateHz: 48_000 });
    assert.equal(chained.frames, undefined, "only reading tells the length of a chain");
    assert.equal(await chained.measure(), 480_000);
    const whole = await readAll(chained);
    assert.deepEqual([whole.subarray(0, 336_000), whole.subarray(336_000)], [first, second]);
    await assertSeeks(`${folder}/c.ogg`, whole);
    const pages = oggPages(a);
    await Deno.writeFile(`${folder}/d.ogg`, joined(...pages.slice(0, 8), ...pages.slice(9)));
    const holed = await openPlain(`${folder}/d.ogg`);
    const read = await readAll(holed);
    assert.equal(read.length, first.length);
    const others = read.filter((sample, frame) => sample !== first[frame]);
    assert.ok(others.length > 0 && others.every((sample) => sample === 0), "what is there is in its place");
    const broken = changedPage(pages[5], {});
    broken[60] ^= 1;
    await Deno.writeFile(`${folder}/e.ogg`, joined(...pages.slice(0, 5), broken, ...pages.slice(6, -1)));
    const damaged = await openPlain(`${folder}/e.ogg`);
    await readAll(damaged);
    assert.deepEqual(
      damaged.warnings.map((text) => text.replace(/^.*e\.ogg: /, "").replace(/\d+/g, "N")),
      [
        "its last page is not marked as the last: it may break off",
        "it is damaged between bytes N and N; that is silent",
      ],
    );
    for (const source of [...parts, chained, holed, damaged]) await source.close();
    const memory = bytesInMemory(a);
    assert.equal((await openOgg(memory, 0, ignore)).frames, 336_000);
    await assert.rejects(openOgg(bytesInMemory(joined(pages[0])), 0, ignore), /its headers break off/);
  },
);

withSoundPrograms(
  ["sox", "lame"],
  "MP3: without a tag, cut, and with foreign bytes in it, what is there is played",
  async (folder) => {
    await sox(folder, "-n -b 16 -r 44100 -c 2 a.wav synth 6 pinknoise gain -8");
    await run(folder, "lame", "--quiet -b 128 a.wav a.mp3");
    const bytes = await Deno.readFile(`${folder}/a.mp3`);
    const memory = bytesInMemory(bytes);
    const found = await findMpegFrame(memory, 0);
    const header = found!.header;
    assert.deepEqual([header.layer, header.channels, header.sampleRateHz, header.frames], [
      3,
      2,
      44_100,
      1_152,
    ]);
    const tag = readMpegTag(bytes.subarray(found!.offset), header);
    const frames = tag!.count! * 1_152 - tag!.delay! - tag!.padding!;
    assert.equal(frames, 6 * 44_100, "LAME's tag says exactly what was encoded");
    assert.equal((await openMpeg(memory, 0, ignore))!.frames, frames);
    const index = new MpegIndex(memory, { offset: found!.offset + header.bytes, header }, ignore);
    assert.equal(await index.measure(), tag!.count);
    const tags = joined("ID3", Uint8Array.of(4, 0, 0, 0, 0, 1, 72), new Uint8Array(200));
    const middle = found!.offset + header.bytes * 100 + 20;
    await Deno.writeFile(
      `${folder}/b.mp3`,
      joined(tags, bytes.subarray(0, middle), new Uint8Array(999), bytes.subarray(middle)),
    );
    const b = await openPlain(`${folder}/b.mp3`);
    await readAll(b);
    assert.match(b.warnings[0], /bytes \d+ to \d+ are no sound and are left out/);
    await b.close();
    await Deno.writeFile(`${folder}/c.mp3`, bytes.subarray(0, Math.floor(bytes.length / 2) + 100));
    const c = await openSource(`${folder}/c.mp3`, { sampleRateHz: 48_000 });
    assert.equal(c.frames, undefined, "a tag that does not fit the file is not believed");
    const half = await c.measure();
    assert.ok(half > 130_000 && half < 150_000);
    assert.match(
      c.warnings.join(),
      /it breaks off at byte \d+, within the frame at byte .*it breaks off at byte/,
    );
    await c.close();
  },
);

Deno.test("timecode is a source like a file, and a name that is none is told", async () => {
  const source = await openSource("ltc:25/01:00:00:00", { sampleRateHz: 48_000 });
  assert.ok(source instanceof TimecodeSound);
  assert.deepEqual([source.channels, source.frames, await source.measure()], [1, 2 ** 31 - 1, 2 ** 31 - 1]);
  const whole = await source.read(-10, 5_000);
  assert.ok(whole.subarray(0, 10).every((sample) => sample === 0) && whole[12] !== 0);
  assert.deepEqual(await source.read(2_990, 100), whole.slice(3_000, 3_100));
  assert.ok((await source.read(2 ** 31 - 1, 10)).every((sample) => sample === 0));
  await source.close();
  await assert.rejects(openSource("ltc:25/25:00:00:00", { sampleRateHz: 48_000 }), /expected ltc:RATE/);
});

Deno.test("64 channels, 384 kHz, and files beyond 4 GiB are read by position", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    const frameBytes = 64 * 2;
    const frames = 2 ** 32 / frameBytes + 1_000;
    const ds64 = chunk("ds64", packed(true, [8, 0], [8, frames * frameBytes], [8, frames], [4, 0]));
    const format = wavFormat({ channels: 64, sampleRateHz: 384_000 });
    const head = joined(
      "RF64",
      packed(true, [4, 2 ** 32 - 1]),
      "WAVE",
      ds64,
      format,
      "data",
      packed(true, [4, 2 ** 32 - 1]),
    );
    await Deno.writeFile(path, head);
    await Deno.truncate(path, head.length + frames * frameBytes);
    const file = await Deno.open(path, { write: true });
    await file.seek(head.length + (frames - 10) * frameBytes, Deno.SeekMode.Start);
    await file.write(new Uint8Array(Int16Array.from({ length: 640 }, (_, at) => at * 50).buffer));
    file.close();
    const source = await openSource(path, { sampleRateHz: 384_000 });
    assert.deepEqual([source.kind, source.channels, source.frames, source.warnings], [
      "RF64",
      64,
      frames,
      [],
    ]);
    const read = await source.read(frames - 12, 14);
    for (let channel = 0; channel < 64; channel++) {
      const side = [...read.subarray(channel * 14, channel * 14 + 14)].map((sample) => sample * 2 ** 15);
      const expected = Array.from({ length: 10 }, (_, frame) => (frame * 64 + channel) * 50);
      assert.deepEqual(side, [0, 0, ...expected, 0, 0]);
    }
    await source.close();
    const slow = await openSource(path, { sampleRateHz: 44_100 });
    assert.equal(slow.frames, Math.ceil(frames * 44_100 / 384_000));
    assert.ok((await slow.read(slow.frames! - 3, 3)).some((sample) => sample !== 0));
    await slow.close();
  });
});

const sixteen = (count: number) => new Uint8Array(count * 2).fill(1);

Deno.test("what cannot be opened is one line with the file and the reason; what breaks off is played and told", async () => {
  await inFolder(async (folder) => {
    const refused: readonly (readonly [Uint8Array<ArrayBuffer> | undefined, RegExp])[] = [
      [new Uint8Array(), /found an empty file; export it/],
      [undefined, /there is no such file; put it there/],
      [
        joined("something", sixteen(100)),
        /expected WAV, AIFF, FLAC, Ogg Vorbis, Ogg Opus or MP3, found something else/,
      ],
      [joined("\0\0\0 ftypM4A "), /found MP4/],
      [
        wav(wavFormat({ channels: 0, blockAlign: 0 }), chunk("data", sixteen(9))),
        /expected 1 to 64 channels, found 0/,
      ],
      [wav(wavFormat({ channels: 65 }), chunk("data", sixteen(65))), /expected 1 to 64 channels, found 65/],
      [
        wav(wavFormat({ sampleRateHz: 500 }), chunk("data", sixteen(9))),
        /expected a rate from 1000 to 384000 Hz, found 500/,
      ],
      [wav(wavFormat()), /it has no sound \(chunk `data`\)/],
      [wav(chunk("data", sixteen(9))), /it has no format \(chunk `fmt `\)/],
      [joined("fLaC", Uint8Array.of(0x80, 0, 0, 4), sixteen(2)), /its description is too short/],
      [joined("fLaC"), /it ends at byte 4, before its sound/],
      [joined("FORM", packed(false, [4, 4]), "AIFF"), /it has no format \(chunk `COMM`\)/],
    ];
    for (const [bytes, expected] of refused) {
      const path = `${folder}/a.${bytes?.length}`;
      if (bytes !== undefined) await Deno.writeFile(path, bytes);
      await assert.rejects(openSource(path, { sampleRateHz: 48_000 }), (error: Error) => {
        assert.ok(error instanceof SourceError, String(error));
        assert.match(error.message, expected);
        assert.ok(error.message.startsWith(`sound file ${path}: `));
        return true;
      });
    }
    await assert.rejects(openSource(folder, { sampleRateHz: 48_000 }), /expected a file, found a folder/);
    await Deno.writeFile(`${folder}/lies.wav`, wav(wavFormat(), chunk("data", sixteen(50), { size: 9_000 })));
    const lies = await openSource(`${folder}/lies.wav`, { sampleRateHz: 48_000 });
    assert.equal(lies.frames, 50);
    assert.match(
      lies.warnings[0],
      /it breaks off at byte 144, after 50 of 4500 frames; copy or export it again/,
    );
    await lies.close();
    // a program that still writes has not stated a size yet
    await Deno.writeFile(`${folder}/grows.wav`, wav(wavFormat(), chunk("data", sixteen(50), { size: 0 })));
    const grows = await openSource(`${folder}/grows.wav`, { sampleRateHz: 48_000 });
    await Deno.writeFile(`${folder}/grows.wav`, sixteen(50), { append: true });
    assert.deepEqual([grows.frames, grows.warnings], [50, []]);
    await Deno.truncate(`${folder}/grows.wav`, 60);
    // the block that was read at the opening is there still
    assert.equal((await grows.read(0, 50)).length, 50);
    await grows.close();
    const noise = Float32Array.of(0.5, NaN, 1e9, -0.5);
    const format = wavFormat({ tag: 3, bits: 32 });
    await Deno.writeFile(`${folder}/nan.wav`, wav(format, chunk("data", new Uint8Array(noise.buffer))));
    const nan = await openSource(`${folder}/nan.wav`, { sampleRateHz: 48_000 });
    assert.deepEqual([...await nan.read(0, 4)], [0.5, 0, 0, -0.5]);
    assert.match(
      nan.warnings.join(),
      /frame 1 and perhaps others hold numbers that are no sound; they are silent/,
    );
    await nan.close();
  });
});

Deno.test("a file that becomes shorter while it plays is named with the place", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.wav`, wav(wavFormat(), chunk("data", sixteen(200_000))));
    const source = await openSource(`${folder}/a.wav`, { sampleRateHz: 48_000 });
    await Deno.truncate(`${folder}/a.wav`, 1_000);
    await assert.rejects(
      source.read(100_000, 1_000),
      /was 400044 bytes long when it was opened and ends at byte \d+ now/,
    );
    await source.close();
  });
});

/** A sine at another rate beside the sine itself: the rest in dB of its power. */
function restDb({ fromHz, toHz, hertz }: { fromHz: number; toHz: number; hertz: number }): number {
  const resampler = Resampler.between(fromHz, toHz);
  const first = 100_000;
  const window = resampler.window(first, 2_048);
  const input = Float32Array.from(
    { length: window.frames },
    (_, at) => Math.sin(2 * Math.PI * hertz / fromHz * (window.first + at)),
  );
  const output = new Float32Array(2_048);
  resampler.resample(first, [input], [output]);
  const expected = Float32Array.from(output, (_, at) => Math.sin(2 * Math.PI * hertz / toHz * (first + at)));
  return -distanceDb(expected, output);
}

Deno.test("a sine stays a sine to 120 dB at any pair of rates up to the end of the pass band", () => {
  for (
    const [fromHz, toHz] of [[44_100, 48_000], [96_000, 48_000], [22_050, 48_000], [37_123, 48_000], [
      384_000,
      44_100,
    ]]
  ) {
    for (const share of [0.01, 0.4, passBand - 0.002]) {
      const hertz = Math.min(fromHz, toHz) / 2 * share;
      const rest = restDb({ fromHz, toHz, hertz });
      assert.ok(rest < -120, `${fromHz} to ${toHz} Hz, ${hertz} Hz: ${rest} dB`);
    }
  }
  const { taps, coefficients, phases } = resamplerFilter(44_100, 48_000);
  assert.deepEqual([taps % 16, phases, coefficients.length], [0, 160, 160 * taps]);
  assert.equal(createResamplerKernel(1_000_000).memory.buffer.byteLength >= 1_000_000, true);
});

Deno.test("what lies above the half rate of the engine is not heard", () => {
  const resampler = Resampler.between(96_000, 48_000);
  const window = resampler.window(50_000, 2_048);
  const input = Float32Array.from(
    { length: window.frames },
    (_, at) => Math.sin(2 * Math.PI * 26_000 / 96_000 * at),
  );
  const output = new Float32Array(2_048);
  resampler.resample(50_000, [input], [output]);
  const peak = output.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  assert.ok(20 * Math.log10(peak) < -125, `${20 * Math.log10(peak)} dB`);
});

Deno.test("a process gives the same bits, goes on after it was killed, and names a file that it does not come through", async () => {
  await inFolder(async (folder) => {
    const { path } = await noiseFile(folder, { frames: 30_000, channels: 2, sampleRateHz: 44_100 });
    const restarts: string[] = [];
    const process = new SourceProcess({ onRestart: (reason) => restarts.push(reason) });
    const plain = await openSource(path, { sampleRateHz: 48_000 });
    const source = await process.open(path, { sampleRateHz: 48_000 });
    assert.deepEqual(
      [source.kind, source.channels, source.fileRateHz, source.frames],
      [plain.kind, plain.channels, plain.fileRateHz, plain.frames],
    );
    assert.deepEqual(await source.read(1_000, 9_000), await plain.read(1_000, 9_000));
    const both = [source.read(2_000, 9_000), process.open(path, { sampleRateHz: 96_000 })] as const;
    Deno.kill(process.processId!, "SIGKILL");
    assert.deepEqual(await both[0], await plain.read(2_000, 9_000));
    assert.equal((await both[1]).frames, Math.ceil(30_000 * 96_000 / 44_100));
    assert.match(restarts.join(), /ended \(SIGKILL\) and was started again/);
    await assert.rejects(
      process.open(`${folder}/none.wav`, { sampleRateHz: 48_000 }),
      (error: Error) =>
        error instanceof SourceError &&
        error.message ===
          `sound file ${folder}/none.wav: there is no such file; put it there or name another one`,
    );
    assert.equal(await source.measure(), plain.frames);
    await source.close();
    await plain.close();
    process.close();
    await assert.rejects(both[1].then((other) => other.read(0, 1)), /its reader was closed/);
    const late = new SourceProcess({ maxAnswerMs: 1 });
    await assert.rejects(
      late.open(path, { sampleRateHz: 48_000 }),
      /the process that decodes it ended 2 times \(it said nothing for 1 ms\)/,
    );
    late.close();
  });
});

/** The process that decodes, with faults by the names of files: in place of a decoder that does not end, or a dead disk. */
async function faultyCommand(folder: string): Promise<() => Deno.Command> {
  const child = new URL("../../../engine/streams/source/source_child.ts", import.meta.url).href;
  const module = `${folder}/faulty.ts`;
  await Deno.writeTextFile(
    module,
    `import { readSourcesInProcess } from ${JSON.stringify(child)};
    const { open } = Deno;
    Deno.open = (path, options) => {
      for (; String(path).includes("endless"););
      if (String(path).includes("crash")) Deno.exit(3);
      return String(path).includes("dead") ? new Promise(() => {}) : open(path, options);
    };
    await readSourcesInProcess();`,
  );
  return () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-lock", "--no-check", `--config=${configPath}`, "--allow-read", module],
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    });
}
const configPath = fileURLToPath(new URL("../../../deno.json", import.meta.url));

Deno.test("a file that holds or ends its decoder, or whose disk does not answer, costs itself and no other", async () => {
  await inFolder(async (folder) => {
    const { path, samples } = await noiseFile(folder, { frames: 9_000, channels: 1, sampleRateHz: 48_000 });
    for (const name of ["endless", "crash", "dead"]) await Deno.copyFile(path, `${folder}/${name}.wav`);
    const restarts: string[] = [];
    const process = new SourceProcess({
      command: await faultyCommand(folder),
      onRestart: (reason) => restarts.push(reason),
      maxAnswerMs: 600_000,
    });
    const options = { sampleRateHz: 48_000 };
    const good = await process.open(path, options);
    const expected = samples.slice(100, 600);
    const told: Record<string, Promise<string>> = {};
    for (const name of ["dead", "endless", "crash"]) {
      told[name] = process.open(`${folder}/${name}.wav`, options)
        .then(() => "opened", (error: Error) => error.message);
      assert.deepEqual(await good.read(100, 500), expected, name);
    }
    assert.match(
      await told.endless,
      /endless\.wav: the process that decodes it ended .*it was stuck.*export it/,
    );
    assert.match(await told.crash, /crash\.wav: the process that decodes it ended 2 times \(code 3\)/);
    assert.ok(restarts.length >= 3);
    process.close();
    assert.match(await told.dead, /dead\.wav: its reader was closed/);
    const short = new SourceProcess({ command: await faultyCommand(folder), maxAnswerMs: 5_000 });
    const plain = await short.open(path, options);
    await assert.rejects(
      short.open(`${folder}/dead.wav`, options),
      /dead\.wav: it was not read within 5000 ms: look after the disk/,
    );
    assert.deepEqual(await plain.read(100, 500), expected);
    short.close();
  });
});

Deno.test("the process reads files and does nothing else", async () => {
  const process = sourceCommand().spawn();
  const words = (await Deno.readTextFile(`/proc/${process.pid}/cmdline`)).split("\0");
  assert.ok(!words.some((word) => /^--allow-(net|write|run|ffi|env|all)|^-A$/.test(word)), words.join(" "));
  assert.ok(!words.includes(sourceRole), "only a compiled binary is started by its role");
  await process.stdin.close();
  await process.output();
  assert.equal(typeof readSourcesInProcess, "function");
});

Deno.test("answers come through in any pieces, and what is none is refused", async () => {
  const facts = { kind: "WAV", channels: 1, fileRateHz: 48_000, frames: null };
  const bytes = joined(
    encodeAnswer({ id: 1, facts, bytes: 8 }, Float32Array.of(1, 2)),
    encodeAnswer({ source: 1, warning: "it is short" }),
    encodeAnswer({ id: 2, error: "no", isExpected: true }),
  );
  for (const size of [1, 7, 1_000]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, at) => bytes.slice(at * size, (at + 1) * size),
    );
    const found = await Array.fromAsync(decodeAnswers(ReadableStream.from(pieces)));
    assert.deepEqual(found.map(({ samples }) => [...samples]), [[1, 2], [], []]);
    assert.deepEqual(found[2].answer, { id: 2, error: "no", isExpected: true });
  }
  const wrong = encodeAnswer({ id: 1, facts: { ...facts, channels: 99 }, bytes: 0 });
  await assert.rejects(Array.fromAsync(decodeAnswers(ReadableStream.from([wrong]))), /expected a source/);
});

Deno.test("the parts: headers, chunks, orders of channels, positions, chunks of a grid", async () => {
  assert.equal(readMpegHeader(Uint8Array.of(0xff, 0xfb, 0x90, 0x64), 0)!.bytes, 417);
  assert.equal(readMpegHeader(Uint8Array.of(0xff, 0xfb, 0x00, 0x64), 0), undefined, "a free rate of data");
  assert.deepEqual(inWavOrder(["L", "C", "R", "RL", "RR", "LFE"]), ["L", "R", "C", "LFE", "RL", "RR"]);
  assert.equal(packetFrames(Uint8Array.of(31 << 3)), 960);
  assert.equal(packetFrames(Uint8Array.of(3 | 3 << 3, 63)), 0, "more than 120 ms");
  const link = { lastPosition: 100, startPosition: 0 } as OggLink;
  assert.deepEqual([99, 100, 2 ** 60].map((position) => isPossible(position, link, 1_000)), [
    false,
    true,
    false,
  ]);
  assert.throws(() => checkFileFormat({ channels: 1, sampleRateHz: 384_001 }), /384001/);
  assert.throws(() => opusCodec(new Uint8Array(10)), SoundFileError);
  assert.throws(() => oggFlacCodec(new Uint8Array(10)), /description is too short/);
  assert.throws(() => vorbisCodec([new Uint8Array(30)]), /headers break off/);
  const file = wav(wavFormat(), chunk("junk", sixteen(1)), chunk("data", sixteen(8)));
  const bytes = bytesInMemory(file);
  const walk = { bytes, from: 12, littleEndian: true };
  const chunks = await Array.fromAsync(fileChunks(walk));
  assert.deepEqual(chunks.map(({ id, size }) => [id, size]), [["fmt ", 16], ["junk", 2], ["data", 16]]);
  assert.deepEqual(await boundedSoundChunk(chunks[2], walk), chunks[2]);
  assert.equal((await openWav(bytes, ignore)).frames, 8);
  assert.equal((await openFileSound(bytes, ignore)).kind, "WAV");
  await assert.rejects(openAiff(bytes, ignore), /COMM/);
  const stored = { kind: "signed", bytes: 2, littleEndian: true } as const;
  const pcm = pcmSound(
    bytes,
    { kind: "WAV", channels: 1, sampleRateHz: 48_000, stored, start: 0, frames: 3 },
    ignore,
  );
  assert.equal((await pcm.read(2, 9))[0].length, 1);
  assert.ok(sourceError("a", new SoundFileError("x")) instanceof SourceError);
  const own = new TypeError("own");
  assert.equal(sourceError("a", own), own, "an error of the program stays what it is");
  const decoded: number[] = [];
  const grid = new ChunkedSound(1, 4, (number) => {
    decoded.push(number);
    return Promise.resolve([Float32Array.of(number, number, number, number)]);
  });
  assert.deepEqual([...(await grid.read(2, 7))[0]], [0, 0, 1, 1, 1, 1, 2]);
  await grid.read(3, 6);
  assert.deepEqual(decoded, [0, 1, 2], "what was decoded last is kept");
});
