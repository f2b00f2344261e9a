/**
 * Kinds of files that come from outside, each with good ones, the reader that the program uses, and the errors by which it
 * refuses. A row more is a kind more that `deno task fuzz:files` breaks.
 */
import { graphToJson } from "../../compiler/graph/graph_json.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { graphFromJson } from "../../compiler/graph/validate.ts";
import { decodeSample } from "../../engine/samples/decode_sample.ts";
import { SampleError } from "../../engine/samples/sample_error.ts";
import { SessionDamagedError } from "../../engine/session/session_damaged_error.ts";
import { SessionReader } from "../../engine/session/session_reader.ts";
import { readScale, tuningOf } from "../../modules/tuning/scala.ts";
import { ScaleError } from "../../modules/tuning/scale_error.ts";
import { encodePacket, type OscMessage } from "../../osc/packet/codec.ts";
import { readScore } from "../../osc/score/score.ts";
import { ScoreError } from "../../osc/score/score_error.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { patchNamed } from "../../patches/ready/catalogue.ts";
import { recordShortSession } from "../../testing/engine/recorded_session.ts";
import { onPath } from "../../testing/requirement.ts";
import { changedPage, oggPages } from "../../testing/sound/ogg_pages.ts";
import { chunk, joined, packed, samplerChunk, wav, wavFormat } from "../../testing/sound/riff_bytes.ts";
import { run, sox } from "../../testing/sound/sound_files.ts";

export interface FileKind {
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** Whether words and numbers are exchanged, besides bytes. */
  readonly isText: boolean;
  /** Good files. `folder` is for what is written on the way. */
  originals(folder: string): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Reads a file as the program does. */
  read(bytes: Uint8Array<ArrayBuffer>, folder: string): void | Promise<void>;
  /** Errors that say what is wrong with a file; all others are defects. */
  readonly refusals: readonly (new (...values: never[]) => Error)[];
  /** Makes checksums right again, so that what lies behind them is reached. */
  mend?(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

async function readSound(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const { channels, loopStart, loopEnd, rootNote } = await decodeSample("a", bytes);
  const [{ length }] = channels;
  const isSound = channels.every((channel) => channel.length === length && channel.every(Number.isFinite));
  // a loop without a frame, at the end, is none: the sound ends there
  const hasLoop = loopStart >= 0 && loopStart < loopEnd && loopEnd <= length;
  const ends = loopStart === length && loopEnd === length;
  if (!isSound || length === 0 || !(hasLoop || ends) || !(rootNote >= 0)) {
    throw new Error(
      `took ${channels.length} x ${length} frames, loop ${loopStart} to ${loopEnd}, root ${rootNote}`,
    );
  }
}

const sound = { isText: false, read: readSound, refusals: [SampleError] } as const;

function wavs(): readonly Uint8Array[] {
  const numbers = packed(
    true,
    ...Array.from({ length: 300 }, (_, frame) => [2, frame * 211 & 0xffff] as const),
  );
  const floats = new Uint8Array(Float32Array.from({ length: 100 }, (_, frame) => Math.sin(frame)).buffer);
  const info = chunk("LIST", joined("INFO", chunk("ISFT", joined("abc\0"))));
  const loops = samplerChunk([{ start: 10, last: 90 }], { unity: 57, fraction: 2 ** 31 });
  const size = 0xffff_ffff;
  return [
    wav(wavFormat(), info, loops, chunk("data", numbers)),
    wav(wavFormat({ channels: 2, bits: 8 }), chunk("data", numbers), loops, info),
    wav(wavFormat({ subFormat: 3, bits: 32 }), chunk("cue ", packed(true, [4, 0])), chunk("data", floats)),
    wav(wavFormat({ tag: 7, bits: 8 }), chunk("data", numbers, { size })),
    joined(
      ...["RF64", packed(true, [4, size]), "WAVE"],
      chunk("ds64", packed(true, [8, 900], [8, numbers.length], [8, 300], [4, 0])),
      ...[wavFormat({ bits: 24 }), chunk("data", numbers, { size }), loops],
    ),
  ];
}

/** Sound in a format that a program writes. */
async function written(folder: string, names: readonly string[]): Promise<readonly Uint8Array[]> {
  await sox(folder, "-n -r 8000 -c 1 -b 16 a.wav synth 0.05 pinknoise vol 0.5");
  await sox(folder, "-n -r 44100 -c 2 -b 24 b.wav synth 0.03 sine 440 sine 661 vol 0.9");
  return await Promise.all(names.map(async (name) => {
    await sox(folder, `${name[0]}.wav ${name}`);
    return await Deno.readFile(`${folder}/${name}`);
  }));
}

/** The pages of an Ogg file with right checksums, as far as there are pages. */
function withChecksums(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const pages = oggPages(bytes).filter(({ length }) => length > 27);
  return joined(...pages.map((page) => changedPage(page, {})));
}

const encoder = new TextEncoder();

/** Packets with their sizes, as scsynth -N reads them. */
function binaryScore(): Uint8Array {
  const note = (number: number): OscMessage => ({
    address: "/keys/note",
    args: [{ type: "i", value: number }, { type: "f", value: 0.5 }],
  });
  const bundles = [60, 64, 67].map((number, second) =>
    encodePacket({ timeTag: { seconds: second, fraction: 0 }, elements: [note(number)] })
  );
  return joined(...bundles.flatMap((bundle) => [packed(false, [4, bundle.length]), bundle]));
}

/** Programs that make originals; a kind without its program is left out. */
const programs: Readonly<Record<string, readonly string[]>> = {
  aiff: ["sox"],
  flac: ["sox", "flac"],
  ogg: ["sox", "oggenc"],
};

const kinds: Readonly<Record<string, FileKind>> = {
  wav: { ...sound, weight: 30, originals: wavs },
  aiff: { ...sound, weight: 10, originals: (folder) => written(folder, ["a.aiff", "b.aiff", "b.aifc"]) },
  flac: {
    ...sound,
    weight: 15,
    originals: async (folder) => {
      const small = await written(folder, ["a.flac", "b.flac"]);
      await run(folder, "flac", "--totally-silent --ogg -o a.oga a.wav");
      return [...small, await Deno.readFile(`${folder}/a.oga`)];
    },
  },
  ogg: {
    ...sound,
    weight: 2,
    originals: (folder) => written(folder, ["a.ogg", "b.ogg"]),
    mend: withChecksums,
  },
  score: {
    ...{ weight: 15, isText: true, refusals: [ScoreError] },
    originals:
      () => [Deno.readFileSync(new URL("../../examples/scores/keys.txt", import.meta.url)), binaryScore()],
    read: (() => {
      const patch = compilePatch("keys", format);
      return (bytes) => void readScore(bytes, { name: "a", sampleRateHz: 48_000, patch });
    })(),
  },
  graph: {
    ...{ weight: 3, isText: true, refusals: [PatchError] },
    originals: () =>
      ["sines", "bass"].map((name) => encoder.encode(graphToJson(patchNamed(name).build(format)))),
    read: (bytes) => void graphFromJson(new TextDecoder().decode(bytes)),
  },
  tuning: {
    ...{ weight: 20, isText: true, refusals: [ScaleError] },
    originals: () => [
      encoder.encode("! a.scl\n!\nfive\n 5\n!\n 200.0 cents\n 5/4\n 3/2 fifth\n 9/5\n 2/1\n"),
      encoder.encode(
        "! b.scl\n!\ntwelve\n12\n!\n" +
          Array.from({ length: 12 }, (_, key) => `${key * 100 + 100}.0`).join("\n"),
      ),
    ],
    read: (bytes) => {
      const pitches = tuningOf(readScale(new TextDecoder().decode(bytes)));
      if (!pitches.every(Number.isFinite)) throw new Error(`took a tuning with ${pitches.join(" ")}`);
    },
  },
  session: {
    ...{ weight: 5, isText: false, refusals: [SessionDamagedError] },
    originals: async (folder) => {
      await recordShortSession(`${folder}/a.session`);
      return [await Deno.readFile(`${folder}/a.session`)];
    },
    read: async (bytes, folder) => {
      await Deno.writeFile(`${folder}/b.session`, bytes);
      const reader = await SessionReader.open(`${folder}/b.session`);
      try {
        await reader.patch();
        while (await reader.next() !== undefined);
      } finally {
        reader.close();
      }
    },
  },
};

/** The kinds whose originals can be made on this machine. */
export function fileKinds(): Readonly<Record<string, FileKind>> {
  return Object.fromEntries(
    Object.entries(kinds).filter(([name]) => (programs[name] ?? []).every(onPath)),
  );
}
