import assert from "node:assert/strict";
import { classicWaves, cosineOfPoint, sineOfPoint, waveOf } from "../../../modules/oscillators/wave.ts";

Deno.test("sines of points are those of Math.sin within 1e-15, and exact at the quarters", () => {
  for (let point = -4_096; point < 8_192; point++) {
    const angle = 2 * Math.PI * point / 4_096;
    assert.ok(Math.abs(sineOfPoint(point) - Math.sin(angle)) < 2e-15, `${point}`);
    assert.ok(Math.abs(cosineOfPoint(point) - Math.cos(angle)) < 2e-15, `${point}`);
  }
  assert.deepEqual([0, 1_024, 2_048].map(sineOfPoint).map((one) => Math.abs(Math.round(one * 1e15) / 1e15)), [
    0,
    1,
    0,
  ]);
});

Deno.test("a drawn wave has the harmonics of its formula", () => {
  const [, triangle, square, saw] = classicWaves;
  const drawn = [
    waveOf((turns) => 1 - 4 * Math.abs(((turns + 0.25) % 1) - 0.5)),
    waveOf((turns) => turns < 0.5 ? 1 : -1),
    waveOf((turns) => turns < 0.5 ? 2 * turns : 2 * turns - 2),
  ];
  for (let harmonic = 1; harmonic <= 50; harmonic++) {
    [triangle, square, saw].forEach((wave, index) => {
      const [sine, cosine] = drawn[index](harmonic) as readonly [number, number];
      assert.ok(
        Math.abs(sine - (wave(harmonic) as number)) < 1e-4,
        `${index}, harmonic ${harmonic}: ${sine}`,
      );
      assert.ok(Math.abs(cosine) < 1e-12, `${index}, harmonic ${harmonic}: ${cosine}`);
    });
  }
});

Deno.test("what a drawn wave has of direct current is left out", () => {
  const [sine, cosine] = waveOf((turns) => 5 + Math.cos(2 * Math.PI * turns))(1) as readonly [number, number];
  assert.ok(Math.abs(sine) < 1e-12 && Math.abs(cosine - 1) < 1e-12);
});
