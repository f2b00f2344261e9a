import { compileChecksum } from "../../engine/memory/checksum.ts";
import type { ScoreEvent } from "../../engine/control/control.ts";
import {
  type RenderEnd,
  renderScore,
  type ScoreRenderOptions,
  type ScoreRenderResult,
} from "../../engine/render/score_renderer.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { nativeForTests } from "../native_for_tests.ts";

/** How tests render unless they say otherwise. */
export const renderConfig: ScoreRenderOptions["config"] = {
  sampleRateHz: 48_000,
  blockFrames: 128,
  channels: 2,
  inputChannels: 0,
  lookaheadBlocks: 4,
  ceiling: 0, // what a patch gives is measured, not what is let through
  seed: 1,
};

const { native } = await nativeForTests();
const checksum = compileChecksum();

/** Renders a score and returns its samples, interleaved, cut to the length of the result. */
export async function renderSamples(
  patch: CompiledPatch,
  events: readonly ScoreEvent[],
  end: RenderEnd,
  config: Partial<ScoreRenderOptions["config"]> = {},
): Promise<ScoreRenderResult & { samples: Float32Array<ArrayBuffer> }> {
  const parts: Float32Array[] = [];
  const whole = { ...renderConfig, ...config };
  const result = await renderScore({
    patch,
    events,
    end,
    config: whole,
    native,
    checksum,
    onSamples: (samples) => Promise.resolve(void parts.push(samples.slice())),
  });
  const samples = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (samples.set(part, at), at + part.length), 0);
  return { ...result, samples: samples.slice(0, result.frames * whole.channels) };
}

/** Each note is one sample of its velocity. */
export const clickInstrument = instrument({
  voices: 8,
  parameters: {},
  voice: ({ trigger, velocity, gate }) => ({
    output: trigger.select(velocity, 0),
    envelope: gate.select<"1">(1, 0),
  }),
});

/** The click alone. */
export const clicks = definePatch({
  name: "clicks",
  instruments: { clicks: clickInstrument },
  parameters: {},
  output: ({ clicks }) => clicks,
});
