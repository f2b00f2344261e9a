/**
 * The first instrument: sixteen sine voices, written by hand in WebAssembly text, to be replaced by a patch that the
 * compiler makes.
 *
 * Voices are SIMD lanes, four to a group; a group whose voices are all silent costs one comparison. Phases are 32-bit
 * integers, so they wrap for nothing and pitch does not suffer from rounding; envelopes are straight lines that end
 * exactly at their target, so silence is zero and nothing decays into denormals. All state is in the memory.
 */
import { assemble } from "../modules/signal/assemble.ts";
import {
  type CompiledPatch,
  hostRegionBytes,
  type ParameterDeclaration,
  type PatchFormat,
} from "../modules/compiled_patch.ts";

/** Gain of a voice at full velocity: sixteen in phase, panned to the middle, reach 1.13. */
const voiceGain = 0.1;

/** Gains at or below this are zero. */
const silentDb = -90;

/** Time constant of gain and pan: short enough to follow a fader, long enough not to be heard as steps. */
const smoothingSeconds = 0.01;

/** Release of all voices after a panic. */
const panicSeconds = 0.005;

/** Below this distance a smoothed value is at its target: -140 dB, before anything could become denormal. */
const smoothingEnd = 1e-7;

const parameters: readonly ParameterDeclaration[] = [
  {
    address: "synth/attack",
    unit: "s",
    min: 0.001,
    max: 10,
    default: 0.005,
    smoothingSeconds: 0,
    description: "time to rise to the velocity",
  },
  {
    address: "synth/release",
    unit: "s",
    min: 0.001,
    max: 10,
    default: 0.2,
    smoothingSeconds: 0,
    description: "time to fall to silence",
  },
  {
    address: "synth/pan",
    unit: "1",
    min: -1,
    max: 1,
    default: 0,
    smoothingSeconds,
    description: "left to right, equal power",
  },
  {
    address: "synth/gain",
    unit: "dB",
    min: silentDb,
    max: 12,
    default: 0,
    smoothingSeconds,
    description: "gain of all voices; the lowest value is silence",
  },
  {
    address: "master/gain",
    unit: "dB",
    min: silentDb,
    max: 12,
    default: 0,
    smoothingSeconds,
    description: "gain of everything; the lowest value is silence",
  },
  {
    address: "input/gain",
    unit: "dB",
    min: silentDb,
    max: 12,
    default: silentDb,
    smoothingSeconds,
    description: "gain of the input that is passed through; the lowest value is silence",
  },
];

/** Byte offsets of the state, from the end of the host region. Sixteen voices of 4 bytes are 64 bytes. */
const at = {
  level: hostRegionBytes,
  target: hostRegionBytes + 64,
  slope: hostRegionBytes + 128,
  phase: hostRegionBytes + 192,
  increment: hostRegionBytes + 256,
  id: hostRegionBytes + 320,
  age: hostRegionBytes + 384,
  held: hostRegionBytes + 448,
  /** Smoothed gains: left, right, master, input; and where they go. */
  gains: hostRegionBytes + 512,
  gainTargets: hostRegionBytes + 528,
  parameters: hostRegionBytes + 544,
  rate: hostRegionBytes + 576,
  smoothing: hostRegionBytes + 580,
  notes: hostRegionBytes + 584,
  end: hostRegionBytes + 640,
};

/** Compiles the instrument. Channels 0 and 1 are left and right; one channel is their sum unpanned, others are silent. */
export async function sines(format: PatchFormat): Promise<CompiledPatch> {
  const { channels, inputChannels, maximumBlockFrames } = format;
  const inputOffset = at.end;
  const mixOffset = inputOffset + roundUp(maximumBlockFrames * inputChannels * 4);
  const outputOffset = mixOffset + maximumBlockFrames * 16;
  const bytes = Math.ceil((outputOffset + maximumBlockFrames * channels * 4) / 65_536) * 65_536;
  const wasm = await assemble(sinesWat(format, { inputOffset, mixOffset, outputOffset, bytes }), "sines");
  return {
    name: "sines",
    wasm,
    module: new WebAssembly.Module(wasm),
    arena: { bytes, hostOffset: 0, hostBytes: hostRegionBytes, inputOffset, outputOffset, ...format },
    parameters,
  };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}

interface Places {
  readonly inputOffset: number;
  readonly mixOffset: number;
  readonly outputOffset: number;
  readonly bytes: number;
}

const float = (value: number) => `(f32.const ${Math.fround(value)})`;
const splat = (value: number) => {
  const text = String(Math.fround(value));
  return `(v128.const f32x4 ${text} ${text} ${text} ${text})`;
};

/** Taylor coefficients of sin(2πt) in odd powers of t. On |t| ≤ 1/4 the first one left out is below 6e-8. */
const sineTerms = [1, 3, 5, 7, 9, 11].map((n, index) =>
  (index % 2 ? -1 : 1) * (2 * Math.PI) ** n / factorial(n)
);

/** Taylor coefficients of 2^(y + 1/2) in y. On |y| ≤ 1/2 the first one left out is below 7e-9. */
const exponentialTerms = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => Math.SQRT2 * Math.LN2 ** n / factorial(n));

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** Horner's scheme over a local `$x`, for scalars or lanes. */
function polynomial(kind: "f32" | "f32x4", terms: readonly number[], x: string): string {
  const constant = kind === "f32" ? float : splat;
  return terms.slice(0, -1).reduceRight(
    (inner, term) => `(${kind}.add ${constant(term)} (${kind}.mul ${x} ${inner}))`,
    constant(terms[terms.length - 1]),
  );
}

function sinesWat({ channels, inputChannels }: PatchFormat, places: Places): string {
  const { inputOffset, mixOffset, outputOffset, bytes } = places;
  const voice = (field: number) =>
    `(i32.add (i32.const ${field}) (i32.shl (local.get $voice) (i32.const 2)))`;
  return `(module
  (memory (export "memory") ${bytes / 65_536} ${bytes / 65_536})

  ;; 2^x for -126 < x < 127, relative error below 3e-7
  (func $exp2 (param $x f32) (result f32) (local $floor f32) (local $y f32)
    (local.set $floor (f32.floor (local.get $x)))
    (local.set $y (f32.sub (f32.sub (local.get $x) (local.get $floor)) ${float(0.5)}))
    (f32.mul
      (f32.reinterpret_i32 (i32.shl (i32.add (i32.trunc_sat_f32_s (local.get $floor)) (i32.const 127)) (i32.const 23)))
      ${polynomial("f32", exponentialTerms, "(local.get $y)")}))

  ;; sin(2 pi t) for |t| <= 1/4, absolute error below 3e-7
  (func $sine (param $t f32) (result f32) (local $square f32)
    (local.set $square (f32.mul (local.get $t) (local.get $t)))
    (f32.mul (local.get $t) ${polynomial("f32", sineTerms, "(local.get $square)")}))

  ;; decibels to a factor; the lowest value is zero
  (func $factor (param $db f32) (result f32)
    (if (result f32) (f32.le (local.get $db) ${float(silentDb)})
      (then ${float(0)})
      (else (call $exp2 (f32.mul (local.get $db) ${float(Math.log2(10) / 20)})))))

  (func $aim_gains (local $gain f32) (local $turn f32)
    (local.set $gain (f32.mul ${float(voiceGain)} (call $factor (f32.load (i32.const ${
    at.parameters + 12
  })))))
    (local.set $turn (f32.mul (f32.add (f32.load (i32.const ${at.parameters + 8})) ${float(1)}) ${
    float(0.125)
  }))
    (f32.store (i32.const ${at.gainTargets})
      ${
    channels === 1
      ? "(local.get $gain)"
      : `(f32.mul (local.get $gain) (call $sine (f32.sub ${float(0.25)} (local.get $turn))))`
  })
    (f32.store (i32.const ${at.gainTargets + 4}) (f32.mul (local.get $gain) (call $sine (local.get $turn))))
    (f32.store (i32.const ${at.gainTargets + 8}) (call $factor (f32.load (i32.const ${at.parameters + 16}))))
    (f32.store (i32.const ${at.gainTargets + 12}) (call $factor (f32.load (i32.const ${
    at.parameters + 20
  })))))

  (func (export "initialize") (param $rate f32) (param $seed i32)
    (f32.store (i32.const ${at.rate}) (local.get $rate))
    (f32.store (i32.const ${at.smoothing}) (f32.div ${float(1)} (f32.mul (local.get $rate) ${
    float(smoothingSeconds)
  })))
    ${
    parameters.map((parameter, index) =>
      `(f32.store (i32.const ${at.parameters + index * 4}) ${float(parameter.default)})`
    )
      .join("\n    ")
  }
    (call $aim_gains)
    (v128.store (i32.const ${at.gains}) (v128.load (i32.const ${at.gainTargets}))))

  (func (export "set_parameter") (param $index i32) (param $value f32)
    (if (i32.ge_u (local.get $index) (i32.const ${parameters.length})) (then (return)))
    (f32.store (i32.add (i32.const ${at.parameters}) (i32.shl (local.get $index) (i32.const 2))) (local.get $value))
    (call $aim_gains))

  ;; lets a voice go to a level in a straight line
  (func $go (param $voice i32) (param $target f32) (param $seconds f32)
    (f32.store ${voice(at.target)} (local.get $target))
    (f32.store ${voice(at.slope)}
      (f32.div (f32.sub (local.get $target) (f32.load ${voice(at.level)}))
        (f32.mul (local.get $seconds) (f32.load (i32.const ${at.rate}))))))

  (func $sounds (param $voice i32) (result i32)
    (i32.or (f32.gt (f32.load ${voice(at.level)}) ${float(0)}) (f32.gt (f32.load ${voice(at.target)}) ${
    float(0)
  })))

  ;; the voice for a note: the one that plays this id, else a silent one, else the oldest released, else the oldest
  (func $choose (param $id i32) (result i32)
    (local $voice i32) (local $best i32) (local $least i32) (local $rank i32)
    (local.set $least (i32.const -1))
    (loop $next
      (local.set $rank (i32.const 1))
      (if (call $sounds (local.get $voice)) (then
        (local.set $rank (i32.add (i32.const 2) (i32.load ${voice(at.held)})))
        (if (i32.eq (i32.load ${voice(at.id)}) (local.get $id)) (then (local.set $rank (i32.const 0))))))
      (local.set $rank (i32.or (i32.shl (local.get $rank) (i32.const 29))
        (i32.and (i32.load ${voice(at.age)}) (i32.const 0x1FFFFFFF))))
      (if (i32.lt_u (local.get $rank) (local.get $least)) (then
        (local.set $least (local.get $rank))
        (local.set $best (local.get $voice))))
      (local.set $voice (i32.add (local.get $voice) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $voice) (i32.const 16))))
    (local.get $best))

  (func $note_off (export "note_off") (param $id i32) (local $voice i32)
    (loop $next
      (if (i32.and (i32.load ${voice(at.held)}) (i32.eq (i32.load ${voice(at.id)}) (local.get $id))) (then
        (i32.store ${voice(at.held)} (i32.const 0))
        (call $go (local.get $voice) ${float(0)} (f32.load (i32.const ${at.parameters + 4})))))
      (local.set $voice (i32.add (local.get $voice) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $voice) (i32.const 16)))))

  ;; a voice that still sounds keeps its phase and level: neither a new note nor stealing clicks
  (func (export "note_on") (param $id i32) (param $number f32) (param $velocity f32) (local $voice i32)
    (if (i32.eqz (i32.and (f32.ge (local.get $number) ${float(0)}) (f32.le (local.get $number) ${
    float(127)
  }))) (then (return)))
    (if (i32.eqz (f32.gt (local.get $velocity) ${float(0)})) (then (call $note_off (local.get $id)) (return)))
    (local.set $voice (call $choose (local.get $id)))
    (i32.store (i32.const ${at.notes}) (i32.add (i32.load (i32.const ${at.notes})) (i32.const 1)))
    (i32.store ${voice(at.age)} (i32.load (i32.const ${at.notes})))
    (i32.store ${voice(at.id)} (local.get $id))
    (i32.store ${voice(at.held)} (i32.const 1))
    (i32.store ${voice(at.increment)} (i32.trunc_sat_f32_u (f32.mul ${float(2 ** 32)} (f32.div
      (f32.mul ${float(440)} (call $exp2 (f32.div (f32.sub (local.get $number) ${float(69)}) ${float(12)})))
      (f32.load (i32.const ${at.rate}))))))
    (call $go (local.get $voice) (f32.min (local.get $velocity) ${
    float(1)
  }) (f32.load (i32.const ${at.parameters}))))

  (func (export "panic") (local $voice i32)
    (loop $next
      (i32.store ${voice(at.held)} (i32.const 0))
      (call $go (local.get $voice) ${float(0)} ${float(panicSeconds)})
      (local.set $voice (i32.add (local.get $voice) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $voice) (i32.const 16)))))

  ;; adds the four voices of a group to the mix, one lane each
  (func $render_group (param $group i32) (param $mix i32) (param $end i32)
    (local $level v128) (local $target v128) (local $slope v128) (local $rises v128) (local $active v128)
    (local $phase v128) (local $increment v128) (local $t v128) (local $size v128) (local $square v128)
    (local.set $level (v128.load offset=${at.level} (local.get $group)))
    (local.set $target (v128.load offset=${at.target} (local.get $group)))
    (if (i32.eqz (v128.any_true (v128.or (local.get $level) (local.get $target)))) (then (return)))
    (local.set $slope (v128.load offset=${at.slope} (local.get $group)))
    (local.set $rises (f32x4.gt (local.get $slope) ${splat(0)}))
    (local.set $phase (v128.load offset=${at.phase} (local.get $group)))
    (local.set $increment (v128.load offset=${at.increment} (local.get $group)))
    (loop $next
      (local.set $level (f32x4.add (local.get $level) (local.get $slope)))
      (local.set $level (v128.bitselect
        (f32x4.pmin (local.get $level) (local.get $target))
        (f32x4.pmax (local.get $level) (local.get $target))
        (local.get $rises)))
      ;; the phase as turns from -1/2 to 1/2, folded at a quarter
      (local.set $t (f32x4.mul (f32x4.convert_i32x4_s (local.get $phase)) ${splat(2 ** -32)}))
      (local.set $size (f32x4.abs (local.get $t)))
      (local.set $size (f32x4.pmin (local.get $size) (f32x4.sub ${splat(0.5)} (local.get $size))))
      (local.set $t (v128.bitselect (local.get $t) (local.get $size) (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000)))
      (local.set $square (f32x4.mul (local.get $t) (local.get $t)))
      (v128.store (local.get $mix) (f32x4.add (v128.load (local.get $mix))
        (f32x4.mul (local.get $level) (f32x4.mul (local.get $t) ${
    polynomial("f32x4", sineTerms, "(local.get $square)")
  }))))
      ;; a voice that has become silent begins its next note at phase 0
      (local.set $active (v128.or (f32x4.gt (local.get $level) ${splat(0)}) (f32x4.gt (local.get $target) ${
    splat(0)
  })))
      (local.set $phase (v128.and (i32x4.add (local.get $phase) (local.get $increment)) (local.get $active)))
      (local.set $mix (i32.add (local.get $mix) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $mix) (local.get $end))))
    (v128.store offset=${at.level} (local.get $group) (local.get $level))
    (v128.store offset=${at.phase} (local.get $group) (local.get $phase)))

  (func (export "render") (param $offset i32) (param $frames i32)
    (local $mix i32) (local $end i32) (local $output i32) (local $input i32)
    (local $gains v128) (local $targets v128) (local $step v128) (local $next v128) (local $sum v128) (local $sample f32) (local $master f32)
    (local.set $mix (i32.add (i32.const ${mixOffset}) (i32.shl (local.get $offset) (i32.const 4))))
    (local.set $end (i32.add (local.get $mix) (i32.shl (local.get $frames) (i32.const 4))))
    (if (i32.eqz (local.get $frames)) (then (return)))
    (memory.fill (local.get $mix) (i32.const 0) (i32.shl (local.get $frames) (i32.const 4)))
    (call $render_group (i32.const 0) (local.get $mix) (local.get $end))
    (call $render_group (i32.const 16) (local.get $mix) (local.get $end))
    (call $render_group (i32.const 32) (local.get $mix) (local.get $end))
    (call $render_group (i32.const 48) (local.get $mix) (local.get $end))
    (local.set $output (i32.add (i32.const ${outputOffset}) (i32.mul (local.get $offset) (i32.const ${
    channels * 4
  }))))
    (local.set $input (i32.add (i32.const ${inputOffset}) (i32.mul (local.get $offset) (i32.const ${
    inputChannels * 4
  }))))
    (local.set $gains (v128.load (i32.const ${at.gains})))
    (local.set $targets (v128.load (i32.const ${at.gainTargets})))
    (loop $frame
      (local.set $step (f32x4.sub (local.get $targets) (local.get $gains)))
      (local.set $next (f32x4.add (local.get $gains) (f32x4.mul (local.get $step) (v128.load32_splat (i32.const ${at.smoothing})))))
      ;; at the target when it is near, or when a step is too small for the number to change
      (local.set $gains (v128.bitselect
        (local.get $next)
        (local.get $targets)
        (v128.and
          (f32x4.gt (f32x4.abs (local.get $step)) ${splat(smoothingEnd)})
          (f32x4.ne (local.get $next) (local.get $gains)))))
      (local.set $sum (v128.load (local.get $mix)))
      (local.set $sample (f32.add
        (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
        (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))
      (local.set $master (f32x4.extract_lane 2 (local.get $gains)))
      ${
    Array.from({ length: channels }, (_, channel) => {
      const voices = channel < 2
        ? `(f32.mul (local.get $sample) (f32x4.extract_lane ${channel} (local.get $gains)))`
        : float(0);
      const source = Math.min(channel, inputChannels - 1);
      const through = source < 0
        ? voices
        : `(f32.add ${voices} (f32.mul (f32.load offset=${
          source * 4
        } (local.get $input)) (f32x4.extract_lane 3 (local.get $gains))))`;
      return `(f32.store offset=${channel * 4} (local.get $output) (f32.mul ${through} (local.get $master)))`;
    }).join("\n      ")
  }
      (local.set $output (i32.add (local.get $output) (i32.const ${channels * 4})))
      (local.set $input (i32.add (local.get $input) (i32.const ${inputChannels * 4})))
      (local.set $mix (i32.add (local.get $mix) (i32.const 16)))
      (br_if $frame (i32.lt_u (local.get $mix) (local.get $end))))
    (v128.store (i32.const ${at.gains}) (local.get $gains)))
)`;
}
