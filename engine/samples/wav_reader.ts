/** WAV files: the library finds the chunks and undoes old telephone codecs; numbers are turned into floats here. */
import wavefile from "wavefile";
import type { SoundFile } from "./sound_file.ts";

/** Fields of the library that it does not declare. */
interface Parsed {
  readonly container: string;
  readonly bitDepth: string;
  readonly fmt: { readonly numChannels: number; readonly sampleRate: number; readonly blockAlign: number };
  readonly data: { readonly samples: Uint8Array<ArrayBuffer>; readonly chunkSize: number };
  readonly smpl: {
    readonly chunkId: string;
    readonly dwMIDIUnityNote: number;
    readonly dwMIDIPitchFraction: number;
    readonly loops: readonly { readonly dwStart: number; readonly dwEnd: number }[];
  };
  fromALaw(): void;
  fromMuLaw(): void;
}

/** Bytes of a sample, and how it is read, with full scale at 1. */
const kinds: Readonly<
  Record<string, readonly [bytes: number, read: (view: DataView, at: number, little: boolean) => number]>
> = {
  "8": [1, (view, at) => (view.getUint8(at) - 128) / 2 ** 7],
  "16": [2, (view, at, little) => view.getInt16(at, little) / 2 ** 15],
  "24": [3, (view, at, little) => {
    const [low, middle, high] = little ? [at, at + 1, at + 2] : [at + 2, at + 1, at];
    return (view.getInt8(high) * 2 ** 16 + view.getUint8(middle) * 2 ** 8 + view.getUint8(low)) / 2 ** 23;
  }],
  "32": [4, (view, at, little) => view.getInt32(at, little) / 2 ** 31],
  "32f": [4, (view, at, little) => view.getFloat32(at, little)],
  "64": [8, (view, at, little) => view.getFloat64(at, little)],
};

const unpack: Readonly<Record<string, (wav: Parsed) => void>> = {
  "8a": (wav) => wav.fromALaw(),
  "8m": (wav) => wav.fromMuLaw(),
};

/** Decodes a WAV file. Throws an Error that says what is wrong with it. */
export function decodeWav(bytes: Uint8Array<ArrayBuffer>): SoundFile {
  const wav = new wavefile.WaveFile(bytes) as unknown as Parsed;
  unpack[wav.bitDepth]?.(wav);
  const { container, bitDepth, fmt: { numChannels, sampleRate }, data: { samples, chunkSize }, smpl } = wav;
  const kind = kinds[bitDepth];
  if (!kind) {
    throw new Error(`expected ${Object.keys(kinds).join(", ")} bits, found ${bitDepth}`);
  }
  if (samples.length < chunkSize) {
    throw new Error(`it breaks off after ${samples.length} of ${chunkSize} bytes`);
  }
  if (numChannels < 1) throw new Error("it has no channels");
  const [size, read] = kind;
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  const frames = Math.floor(samples.length / (size * numChannels));
  const little = container !== "RIFX";
  const channels = Array.from({ length: Math.min(numChannels, 3) }, (_, channel) => {
    const values = new Float32Array(frames);
    for (let frame = 0, at = channel * size; frame < frames; frame++, at += size * numChannels) {
      values[frame] = read(view, at, little);
    }
    return values;
  });
  return { channels, sampleRateHz: sampleRate, ...(smpl.chunkId === "" ? {} : pitchOf(smpl)) };
}

/** The last frame of a loop is played too. */
function pitchOf({ dwMIDIUnityNote, dwMIDIPitchFraction, loops }: Parsed["smpl"]): Partial<SoundFile> {
  const [loop] = loops;
  return {
    rootNote: dwMIDIUnityNote + (dwMIDIPitchFraction >>> 0) / 2 ** 32,
    ...(loop ? { loopStart: loop.dwStart, loopEnd: loop.dwEnd + 1 } : {}),
  };
}
