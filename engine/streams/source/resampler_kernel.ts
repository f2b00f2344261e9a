/**
 * The sums of the resampler, in WebAssembly. A plan of three numbers for each frame says where its first input lies, where its
 * coefficients lie, and how far it is on the way to the next set of them. Sums are made in a fixed order, so a frame has the
 * same bits in every call.
 */
import { assemble } from "../../../compiler/wasm/assemble.ts";

/** Bytes of a frame's plan: offset of the input, offset of the coefficients, fraction as float; the last four are empty. */
export const planBytes = 16;

/** Sixteen products, added to four sums of four. */
function sums(coefficient: (offset: number) => string): string {
  return [0, 16, 32, 48].map((offset, index) =>
    `(local.set $sum${index} (f32x4.add (local.get $sum${index})
      (f32x4.mul (v128.load offset=${offset} (local.get $at)) ${coefficient(offset)})))`
  ).join("\n");
}

const exact = (offset: number) => `(v128.load offset=${offset} (local.get $set))`;
const between = (offset: number) =>
  `(f32x4.add ${exact(offset)} (f32x4.mul (local.get $fraction)
    (f32x4.sub (v128.load offset=${offset} (local.get $next)) ${exact(offset)})))`;

/**
 * One channel: `frames` planned frames to `output`, with inputs counted from `input`; `bytes` is the size of a set of
 * coefficients.
 */
function resampling(name: string, isInterpolated: boolean): string {
  return `
  (func $${name} (export "${name}") (param $plan i32) (param $frames i32) (param $input i32) (param $output i32)
    (param $bytes i32)
    (local $end i32) (local $at i32) (local $set i32) (local $next i32) (local $last i32) (local $fraction v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local.set $end (i32.add (local.get $plan) (i32.mul (local.get $frames) (i32.const ${planBytes}))))
    (block $done
      (loop $frame
        (br_if $done (i32.ge_u (local.get $plan) (local.get $end)))
        (local.set $at (i32.add (local.get $input) (i32.load (local.get $plan))))
        (local.set $last (i32.add (local.get $at) (local.get $bytes)))
        (local.set $set (i32.load offset=4 (local.get $plan)))
        (local.set $next (i32.add (local.get $set) (local.get $bytes)))
        (local.set $fraction (f32x4.splat (f32.load offset=8 (local.get $plan))))
        ${
    [0, 1, 2, 3].map((index) => `(local.set $sum${index} (v128.const f32x4 0 0 0 0))`).join("\n        ")
  }
        (loop $taps
          ${sums(isInterpolated ? between : exact)}
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (local.set $set (i32.add (local.get $set) (i32.const 64)))
          (local.set $next (i32.add (local.get $next) (i32.const 64)))
          (br_if $taps (i32.lt_u (local.get $at) (local.get $last))))
        (local.set $sum0 (f32x4.add (f32x4.add (local.get $sum0) (local.get $sum1))
          (f32x4.add (local.get $sum2) (local.get $sum3))))
        (f32.store (local.get $output)
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $sum0)) (f32x4.extract_lane 1 (local.get $sum0)))
            (f32.add (f32x4.extract_lane 2 (local.get $sum0)) (f32x4.extract_lane 3 (local.get $sum0)))))
        (local.set $output (i32.add (local.get $output) (i32.const 4)))
        (local.set $plan (i32.add (local.get $plan) (i32.const ${planBytes})))
        (br $frame))))`;
}

export type Resample = (plan: number, frames: number, input: number, output: number, bytes: number) => void;

export interface ResamplerKernel {
  readonly memory: WebAssembly.Memory;
  readonly exact: Resample;
  readonly interpolated: Resample;
}

let compiled: WebAssembly.Module | undefined;

/** A kernel with a memory of its own. */
export function createResamplerKernel(bytes: number): ResamplerKernel {
  compiled ??= new WebAssembly.Module(
    assemble(
      `(module (memory (export "memory") 1 65536) ${resampling("exact", false)} ${
        resampling("interpolated", true)
      })`,
      "resampler",
    ),
  );
  const kernel = new WebAssembly.Instance(compiled).exports as unknown as ResamplerKernel;
  kernel.memory.grow(Math.ceil(bytes / 65_536));
  return kernel;
}
