/**
 * Synth definitions in the binary format that scsynth loads (SCgf, version 2), so that the benchmarks can give it the same
 * voices without its language.
 */

/** A unit: class, rate, inputs, number of outputs. Inputs are constants, or another unit with one of its outputs. */
export interface Unit {
  readonly name: string;
  readonly rate: "kr" | "ar" | "ir";
  readonly inputs: readonly (number | readonly [Unit, number])[];
  readonly outputs: number;
  readonly special?: number;
}

const rateCodes = { ir: 0, kr: 1, ar: 2 } as const;

/** Bytes of one definition; `controls` are its arguments with their defaults, read through the first unit `Control`. */
export function encodeSynthDef(
  name: string,
  controls: Readonly<Record<string, number>>,
  units: readonly Unit[],
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const view = new DataView(new ArrayBuffer(4));
  const push = (count: number) => bytes.push(...new Uint8Array(view.buffer, 0, count));
  const int32 = (value: number) => (view.setInt32(0, value), push(4));
  const int16 = (value: number) => (view.setInt16(0, value), push(2));
  const float32 = (value: number) => (view.setFloat32(0, value), push(4));
  const text = (value: string) => bytes.push(value.length, ...new TextEncoder().encode(value));
  const constants = [
    ...new Set(units.flatMap(({ inputs }) => inputs.filter((input) => typeof input === "number"))),
  ] as number[];
  bytes.push(...new TextEncoder().encode("SCgf"));
  int32(2);
  int16(1);
  text(name);
  int32(constants.length);
  constants.forEach(float32);
  const defaults = Object.values(controls);
  int32(defaults.length);
  defaults.forEach(float32);
  int32(defaults.length);
  Object.keys(controls).forEach((key, index) => (text(key), int32(index)));
  int32(units.length);
  for (const { name: unit, rate, inputs, outputs, special = 0 } of units) {
    text(unit);
    bytes.push(rateCodes[rate]);
    int32(inputs.length);
    int32(outputs);
    int16(special);
    for (const input of inputs) {
      if (typeof input === "number") {
        int32(-1);
        int32(constants.indexOf(input));
      } else {
        int32(units.indexOf(input[0]));
        int32(input[1]);
      }
    }
    for (let output = 0; output < outputs; output++) bytes.push(rateCodes[rate]);
  }
  int16(0);
  return Uint8Array.from(bytes);
}
