/** Samples of a WAV file, interleaved, as 32-bit floats without any conversion. */
export interface FloatWav {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly channels: number;
  readonly sampleRateHz: number;
}

/**
 * Reads the bits of a 32-bit float WAV file. Not done by a library: bit equality is what the chaos run proves, and those
 * that were tried convert through 64-bit numbers sample by sample.
 */
export async function readFloatWav(path: string): Promise<FloatWav> {
  const bytes = await Deno.readFile(path);
  const view = new DataView(bytes.buffer);
  const name = (at: number) => new TextDecoder().decode(bytes.subarray(at, at + 4));
  let channels = 0;
  let sampleRateHz = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === "fmt ") {
      channels = view.getUint16(at + 10, true);
      sampleRateHz = view.getUint32(at + 12, true);
      if (view.getUint16(at + 22, true) !== 32) throw new Error(`${path}: expected 32 bits a sample`);
    }
    if (name(at) === "data") {
      const end = Math.min(at + 8 + size, bytes.length);
      return {
        samples: new Float32Array(bytes.slice(at + 8, end - (end - at - 8) % 4).buffer),
        channels,
        sampleRateHz,
      };
    }
    at += 8 + size + size % 2;
  }
  throw new Error(`${path}: no data chunk`);
}
