/** Parameters in WebAssembly text: their ramps, and the functions that set and read them. */
import { parameterRecord } from "../plan/arena.ts";
import type { TextSource } from "./text_source.ts";

/** Where kernels read a parameter: its value at rest, and its ramp in this block. */
export function parameterPlaces({ plan, format }: Omit<TextSource, "patch">) {
  return {
    parameterCurrent: (index: number) =>
      plan.parameters + index * parameterRecord.bytes + parameterRecord.current,
    parameterRamp: (index: number) => plan.ramps + index * format.maximumBlockFrames * 4,
  };
}

/**
 * `$ramp`: advances one parameter through a block and writes each frame's value, counted back from the target: a sum of steps
 * would drift, as each addition rounds, and the last frame would have to make up for it in one leap.
 */
export const rampText = `
  ;; follows a parameter for some frames; exactly at its target when the ramp ends
  (func $ramp (param $record i32) (param $to i32) (param $frames i32) (local $current f32) (local $left i32) (local $end i32)
    (local.set $current (f32.load offset=${parameterRecord.current} (local.get $record)))
    (local.set $left (i32.load offset=${parameterRecord.remaining} (local.get $record)))
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $frames) (i32.const 2))))
    (loop $next
      (if (local.get $left) (then
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (local.set $current (f32.sub (f32.load offset=${parameterRecord.target} (local.get $record))
          (f32.mul (f32.load offset=${parameterRecord.step} (local.get $record)) (f32.convert_i32_s (local.get $left)))))))
      (f32.store (local.get $to) (local.get $current))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $to) (local.get $end))))
    (f32.store offset=${parameterRecord.current} (local.get $record) (local.get $current))
    (i32.store offset=${parameterRecord.remaining} (local.get $record) (local.get $left)))`;

/** `set_parameter`. */
export function setParameterText({ patch, plan }: TextSource): string {
  const at = (field: number) => `offset=${plan.parameters + field} (local.get $record)`;
  return `
  (func (export "set_parameter") (param $index i32) (param $value f32) (local $record i32) (local $frames i32)
    (if (i32.ge_u (local.get $index) (i32.const ${patch.parameters.length})) (then (return)))
    (local.set $record (i32.mul (local.get $index) (i32.const ${parameterRecord.bytes})))
    (local.set $frames (i32.load ${at(parameterRecord.ramp)}))
    (f32.store ${at(parameterRecord.target)} (local.get $value))
    (if (i32.or (i32.eqz (local.get $frames)) (f32.eq (local.get $value) (f32.load ${
    at(parameterRecord.current)
  })))
      (then
        (f32.store ${at(parameterRecord.current)} (local.get $value))
        (i32.store ${at(parameterRecord.remaining)} (i32.const 0)))
      (else
        (f32.store ${at(parameterRecord.step)}
          (f32.div (f32.sub (local.get $value) (f32.load ${
    at(parameterRecord.current)
  })) (f32.convert_i32_s (local.get $frames))))
        (i32.store ${at(parameterRecord.remaining)} (local.get $frames)))))`;
}

/** `get_parameter`. */
export function getParameterText({ patch, plan }: TextSource): string {
  const target = `offset=${plan.parameters + parameterRecord.target}`;
  return `
  (func (export "get_parameter") (param $index i32) (result f32)
    (if (i32.ge_u (local.get $index) (i32.const ${patch.parameters.length})) (then (return (f32.const 0))))
    (f32.load ${target} (i32.mul (local.get $index) (i32.const ${parameterRecord.bytes}))))`;
}
