import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { ParameterSignals, ParameterTable } from "../../modules/signal/module.ts";
import { definePatch, instrument, type Note, type Patch, type Stereo } from "../../modules/patch.ts";
import { channels } from "../../modules/signal/channels.ts";
import { constant, type Signal } from "../../modules/signal/signal.ts";
import { PatchPlayer } from "../patch/patch_player.ts";

/** Frames per second of trials that do not say otherwise. */
export const rateHz = 48_000;

/** One voice that never ends; its parameters have the addresses `one/NAME`. */
export function voicePatch<const P extends ParameterTable>(
  voice: (note: Note, parameters: ParameterSignals<P>) => Signal<"1"> | Stereo,
  parameters: P = {} as P,
): Patch {
  return definePatch({
    name: "trial",
    instruments: {
      one: instrument({
        voices: 1,
        parameters,
        voice: (note, p) => ({ output: voice(note, p as ParameterSignals<P>), envelope: constant(1) }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
}

/** The input goes through a function; its parameters have the addresses `fx/NAME`. Two signals are left and right. */
export function effectPatch<const P extends ParameterTable>(
  effect: (input: Signal<"1">, parameters: ParameterSignals<P>) => Signal<"1"> | Stereo,
  parameters: P = {} as P,
): Patch {
  return definePatch({
    name: "trial",
    instruments: {},
    parameters: { fx: parameters },
    output: (_buses, { fx }, input) => {
      const heard = effect(input, fx as ParameterSignals<P>);
      return "source" in heard ? heard : channels(...heard);
    },
  });
}

/** Left of a held note, from its first frame. */
export async function playVoice(
  voice: (note: Note) => Signal<"1"> | Stereo,
  frames: number,
  options: { readonly number?: number; readonly seed?: number; readonly format?: Partial<PatchFormat> } = {},
): Promise<Float32Array<ArrayBuffer>> {
  const player = await PatchPlayer.of(voicePatch(voice), options.format, options.seed);
  return player.on(1, options.number ?? 69).play(frames, 0);
}

/** A player whose first input channel is heard in all lanes. */
export function effectPlayer(patch: Patch, format: Partial<PatchFormat> = {}): Promise<PatchPlayer> {
  return PatchPlayer.of(patch, { inputChannels: 1, ...format });
}

/** Plays samples into the input, and returns one channel of the output. */
export function process(player: PatchPlayer, samples: ArrayLike<number>, channel = 0): Float32Array {
  const { inputOffset, outputOffset, channels, maximumBlockFrames } = player.patch.arena;
  const heard = new Float32Array(samples.length);
  for (let at = 0; at < samples.length; at += maximumBlockFrames) {
    const count = Math.min(maximumBlockFrames, samples.length - at);
    const input = new Float32Array(player.memory, inputOffset, count);
    for (let frame = 0; frame < count; frame++) input[frame] = samples[at + frame];
    player.exports.render(0, count);
    const output = new Float32Array(player.memory, outputOffset, count * channels);
    for (let frame = 0; frame < count; frame++) heard[at + frame] = output[frame * channels + channel];
  }
  return heard;
}

/** The values of a function of one number, computed by a compiled patch. */
export async function evaluateCompiled(
  formula: (x: Signal<"1">) => Signal<"1">,
  points: ArrayLike<number>,
): Promise<Float32Array> {
  return process(await effectPlayer(effectPatch((input) => formula(input))), points);
}

/** One at the first frame, then nothing. */
export function impulse(frames: number): Float32Array {
  const samples = new Float32Array(frames);
  samples[0] = 1;
  return samples;
}
