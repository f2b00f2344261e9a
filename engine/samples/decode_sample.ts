/**
 * From the bytes of a sound file to frames. The first bytes tell the kind of file, not its name. Nothing is resampled: the
 * patch accounts for the rate. Decoding takes long, so it runs in the sample worker.
 */
import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import type { DecodedSample } from "../../compiler/graph/sample_bank.ts";
import { SampleError } from "./sample_error.ts";
import { decodeWav } from "./wav_reader.ts";
import { SoundFile } from "./sound_file.ts";

/** Longest file: 23 minutes at 48 kHz. */
export const maxFrames = 2 ** 26;

const ratesHz = { min: 1_000, max: 384_000 };

/** Where a file says nothing about its pitch. */
const middleC = 60;

const accepted = "expected WAV, FLAC or Ogg Vorbis";

/**
 * Decodes a file.
 *
 * @param name as the patch names it, for error texts
 * @throws {SampleError} when it is none of the accepted kinds, is damaged, or does not fit
 */
export async function decodeSample(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Omit<DecodedSample, "sha256">> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new SampleError(`sample ${name}: ${problem}`, { cause });
  };
  const decode = decoderOf(bytes);
  if (typeof decode === "string") return fail(decode);
  const announced = announcedFrames(bytes);
  if (announced > maxFrames) return fail(tooLong(announced));
  const sound = await decode(bytes).catch((cause: Error) =>
    fail(`cannot be decoded: ${cause.message.trim()}; export it again`, cause)
  );
  const { channels, sampleRateHz } = sound;
  const count = channels.length;
  if (count !== 1 && count !== 2) fail(`expected 1 or 2 channels, found ${count}; mix it down`);
  const frames = channels[0].length;
  if (frames === 0) fail("expected sound, found none; export it again");
  if (frames > maxFrames) fail(tooLong(frames));
  if (frames < announced) fail(`breaks off after ${frames} of ${announced} frames; copy or export it again`);
  if (!(sampleRateHz >= ratesHz.min && sampleRateHz <= ratesHz.max)) {
    fail(`expected a rate from ${ratesHz.min} to ${ratesHz.max} Hz, found ${sampleRateHz}; export it again`);
  }
  const { rootNote = middleC, loopStart = 0, loopEnd = frames } = sound;
  const loops = loopStart >= 0 && loopStart < loopEnd && loopEnd <= frames;
  return {
    ...{ name, channels, sampleRateHz, rootNote: rootNote >= 0 && rootNote < 128 ? rootNote : middleC },
    ...(loops ? { loopStart, loopEnd } : { loopStart: 0, loopEnd: frames }),
  };
}

function tooLong(frames: number): string {
  return `expected at most ${maxFrames} frames, found ${frames}; cut it, or export it at a lower rate`;
}

type Decode = (bytes: Uint8Array<ArrayBuffer>) => Promise<SoundFile>;

/** The decoder for these bytes, or a text that says what they are instead. */
function decoderOf(bytes: Uint8Array): Decode | string {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  const magic = text(0, 4);
  if (/^RIF[FX]$/.test(magic) && text(8, 12) === "WAVE") {
    return (whole) => Promise.resolve(whole).then(decodeWav);
  }
  if (magic === "fLaC") return async (whole) => withFullScale(await decodeWith(new FLACDecoder(), whole));
  if (magic === "OggS") {
    const codec = text(28, 36);
    if (codec.startsWith("\x01vorbis")) return (whole) => decodeWith(new OggVorbisDecoder(), whole);
    return `${accepted}, found Ogg with ${
      codec.startsWith("OpusHead") ? "Opus" : "another codec"
    }; export it again`;
  }
  const known: readonly (readonly [string, string, number])[] = [
    ["ID3", "MP3 or tags", 0],
    ["FORM", "AIFF", 0],
    ["RF64", "WAV of more than 4 GiB", 0],
    ["ftyp", "MP4", 4],
  ];
  const [, kind = "something else"] = known.find(([mark, , at]) => text(at, at + mark.length) === mark) ?? [];
  return `${accepted}, found ${bytes.length === 0 ? "an empty file" : kind}; export it as one of them`;
}

interface Decoder {
  readonly ready: Promise<void>;
  decodeFile(bytes: Uint8Array): Promise<{
    readonly channelData: readonly Float32Array[];
    readonly sampleRate: number;
    readonly bitDepth: number;
    readonly errors: readonly { readonly message: string }[];
  }>;
  free(): void;
}

/** The decoder divides whole numbers of n bits by 2^(n-1) - 1; WAV means 2^(n-1). */
function withFullScale({ bitDepth, ...sound }: Decoded): SoundFile {
  const full = 2 ** (bitDepth - 1);
  const channels = sound.channels.map((channel) =>
    channel.map((sample) => Math.round(sample * (full - 1)) / full)
  );
  return { ...sound, channels };
}

interface Decoded extends SoundFile {
  readonly bitDepth: number;
}

async function decodeWith(decoder: Decoder, bytes: Uint8Array): Promise<Decoded> {
  await decoder.ready;
  try {
    const { channelData, sampleRate, bitDepth, errors } = await decoder.decodeFile(bytes);
    if (errors.length > 0) throw new Error(`it is damaged (${errors[0].message.trim()})`);
    return { channels: channelData, sampleRateHz: sampleRate, bitDepth };
  } finally {
    decoder.free();
  }
}

/** Frames that the head of a file announces, 0 for none: a few bytes can decode to hours of silence. */
function announcedFrames(bytes: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.byteLength < 64 ? 0 : view.getUint32(0);
  // 36 bits of the stream's description, which always comes first
  if (magic === 0x664C6143) return (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22);
  if (magic !== 0x4F676753) return 0;
  // the last page of a stream says where it ends
  for (let at = view.byteLength - 27; at > 0; at--) {
    if (view.getUint32(at) === magic) return Number(view.getBigInt64(at + 6, true));
  }
  return 0;
}
