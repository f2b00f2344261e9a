import { parameterRecord } from "../plan/arena.ts";
import { floatText } from "./float_text.ts";
import type { TextSource } from "./text_source.ts";

/** `initialize`: the seed, every parameter at its default, and the states of the output before their first frame. */
export function initializeText({ patch, plan, format: { sampleRateHz } }: TextSource): string {
  const record = (index: number) => plan.parameters + index * parameterRecord.bytes;
  const parameters = patch.parameters.flatMap(({ default: value, smoothingSeconds }, index) => [
    `(f32.store offset=${parameterRecord.current} (i32.const ${record(index)}) (f32.const ${
      floatText(value)
    }))`,
    `(f32.store offset=${parameterRecord.target} (i32.const ${record(index)}) (f32.const ${
      floatText(value)
    }))`,
    `(i32.store offset=${parameterRecord.ramp} (i32.const ${record(index)}) (i32.const ${
      Math.round(smoothingSeconds * sampleRateHz)
    }))`,
  ]);
  const states = patch.main.states.flatMap(({ type, initial, seeded }, index) => {
    const offset = plan.mainStates + index * 16;
    if (seeded) {
      return [0, 1, 2, 3].map((lane) =>
        `(i32.store (i32.const ${
          offset + lane * 4
        }) (call $seeded (local.get $seed) (i32.const ${lane}) (i32.const ${initial})))`
      );
    }
    const value = type === "f32"
      ? `f32x4 ${Array(4).fill(floatText(initial)).join(" ")}`
      : `i32x4 ${Array(4).fill(initial).join(" ")}`;
    return Object.is(initial, 0) ? [] : [`(v128.store (i32.const ${offset}) (v128.const ${value}))`];
  });
  return `
  (func (export "initialize") (param $seed i32)
    (i32.store (i32.const ${plan.seed}) (local.get $seed))
    ${[...parameters, ...states].join("\n    ")})`;
}
