/** Pieces of text that all functions of voices share. */
import { voiceField } from "../plan/arena.ts";

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

/** Time in which voices fade out after a panic or a choke, and in which a voice that is taken reaches its new loudness. */
export const fadeSeconds = 0.005;
