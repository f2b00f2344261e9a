import { instantiatePatch, type PatchExports } from "../../engine/renderer/patch_instance.ts";
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import type { Patch } from "../../modules/patch.ts";
import { compileGraph } from "../../compiler/compile.ts";

/** The format that tests play in unless they say otherwise. */
export const testFormat: PatchFormat = {
  sampleRateHz: 48_000,
  channels: 2,
  inputChannels: 0,
  maximumBlockFrames: 1_024,
};

/** Compiles a patch for tests. */
export function compileForTest(
  patch: Patch,
  format: Partial<PatchFormat> = {},
  samples?: SampleBank,
): CompiledPatch {
  const whole = { ...testFormat, ...format };
  return compileGraph(patch.build(whole), whole, samples);
}

/** An instance that a test plays on. */
export class PatchPlayer {
  readonly exports: PatchExports;
  readonly patch: CompiledPatch;

  constructor(patch: CompiledPatch, seed = 1) {
    this.patch = patch;
    this.exports = instantiatePatch(patch);
    this.exports.initialize(seed);
  }

  /** Builds, compiles and starts a patch. */
  static async of(
    patch: Patch,
    format: Partial<PatchFormat> = {},
    seed = 1,
    samples?: SampleBank,
  ): Promise<PatchPlayer> {
    return new PatchPlayer(await compileForTest(patch, format, samples), seed);
  }

  get memory(): ArrayBuffer {
    return this.exports.memory.buffer as ArrayBuffer;
  }

  set(address: string, value: number): this {
    const index = this.patch.parameters.findIndex((parameter) => parameter.address === address);
    if (index < 0) throw new Error(`no parameter ${address}`);
    this.exports.set_parameter(index, value);
    return this;
  }

  on(id: number, number = id, velocity = 1, instrument = 0): this {
    this.exports.note_on(instrument, id, number, velocity);
    return this;
  }

  off(id: number, instrument = 0): this {
    this.exports.note_off(instrument, id);
    return this;
  }

  /** Renders frames in blocks of this size, and returns one channel, or all interleaved. */
  play(frames: number, channel?: number, blockFrames = 64): Float32Array<ArrayBuffer> {
    const { channels, outputOffset } = this.patch.arena;
    const whole = new Float32Array(frames * channels);
    for (let at = 0; at < frames; at += blockFrames) {
      const count = Math.min(blockFrames, frames - at);
      this.exports.render(0, count);
      whole.set(new Float32Array(this.memory, outputOffset, count * channels), at * channels);
    }
    return channel === undefined ? whole : whole.filter((_, index) => index % channels === channel);
  }

  /** Puts the same samples into every frame of the input. */
  feed(...samples: readonly number[]): this {
    const { inputOffset, inputChannels, maximumBlockFrames } = this.patch.arena;
    const input = new Float32Array(this.memory, inputOffset, maximumBlockFrames * inputChannels);
    input.forEach((_, index) => input[index] = samples[index % inputChannels]);
    return this;
  }

  /** Puts samples into one frame of the input, one a channel. */
  feedFrame(frame: number, samples: readonly number[]): void {
    const { inputOffset, inputChannels } = this.patch.arena;
    new Float32Array(this.memory, inputOffset + frame * inputChannels * 4, inputChannels).set(samples);
  }

  get poisonedVoices(): number {
    return new Int32Array(this.memory)[this.patch.arena.poisonedVoicesOffset / 4];
  }
}

/** Largest magnitude. */
export function peak(samples: Float32Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/** Bit for bit, so that -0 and NaN count as what they are. */
export function sameBits(a: Float32Array<ArrayBuffer>, b: Float32Array<ArrayBuffer>): boolean {
  const words = (floats: Float32Array<ArrayBuffer>) =>
    new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const [left, right] = [words(a), words(b)];
  return left.length === right.length && left.every((word, index) => word === right[index]);
}
