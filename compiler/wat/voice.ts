/** Pieces of text that all functions of voices share. */
import type { PatchFormat } from "../graph/compiled_patch.ts";
import { voiceField } from "../plan/arena.ts";
import { floatText } from "./float_text.ts";

/** Offsets of a voice's fields. */
export const at = voiceField;

/** A field of the voice whose lane is in `$lane`. */
export const lane = (field: number) => `offset=${field} (local.get $lane)`;

/** A loop over all voices, which needs the locals `$voice` and `$lane`. */
export function eachVoice(name: string, voices: number, body: string): string {
  return `(local.set $voice (i32.const 0))
    (loop $next
      (local.set $lane (call $${name}_lane (local.get $voice)))
      ${body}
      (local.set $voice (i32.add (local.get $voice) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $voice) (i32.const ${voices}))))`;
}

/** Time in which voices fade out after a panic, a choke or a theft, and in which a repeated note reaches its new loudness. */
export const fadeSeconds = 0.005;

/** Part of a fade that passes in a frame, as text. */
export function fadeStepText({ sampleRateHz }: PatchFormat): string {
  return floatText(1 / (fadeSeconds * sampleRateHz));
}

/** Statements that begin to fade out the voice whose lane is in `$lane`, unless it fades out already. */
export function fadeOutText(format: PatchFormat): string {
  return `(if (f32.ne (f32.load ${lane(at.gainTarget)}) (f32.const 0)) (then
        (f32.store ${lane(at.gainTarget)} (f32.const 0))
        (f32.store ${lane(at.gainStep)} (f32.mul (f32.const ${fadeStepText(format)}) (f32.load ${
    lane(at.gain)
  })))))`;
}

/**
 * What is heard of a gain that goes down to zero in a straight line: a curve without a corner at either end, 3x² - 2x³ of where it
 * began, x being the part that is left. A corner would be heard as a tick above a soft sound.
 */
export function easedText(type: "f32" | "f32x4", gain: string, step: string, format: PatchFormat): string {
  const number = (value: string) =>
    type === "f32" ? `(f32.const ${value})` : `(v128.const f32x4 ${Array(4).fill(value).join(" ")})`;
  const part = `(${type}.div (${type}.mul ${gain} ${number(fadeStepText(format))}) ${step})`;
  // 1 for the NaN of lanes that are silent
  const left = type === "f32" ? part : `(f32x4.pmin ${number("1")} ${part})`;
  return `(${type}.mul ${gain} (${type}.mul ${left} (${type}.sub ${
    number("3")
  } (${type}.add ${left} ${left}))))`;
}
