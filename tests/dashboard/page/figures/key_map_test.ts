import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  drawnKeys,
  keyAction,
  letterOf,
  noteName,
  velocityAt,
} from "../../../../dashboard/page/figures/key_map.ts";

Deno.test("the rows of letters are an octave and a half, whatever is printed on the keys", () => {
  deepStrictEqual(keyAction("KeyA", 60), { kind: "note", note: 60 });
  deepStrictEqual(keyAction("KeyW", 60), { kind: "note", note: 61 });
  deepStrictEqual(keyAction("KeyK", 60), { kind: "note", note: 72 });
  deepStrictEqual(keyAction("KeyZ", 60), { kind: "octave", by: -1 });
  deepStrictEqual(keyAction("KeyX", 60), { kind: "octave", by: 1 });
  strictEqual(keyAction("KeyQ", 60), undefined);
  strictEqual(keyAction("KeyK", 120), undefined); // beyond 127
  strictEqual(letterOf(0), "A");
  strictEqual(letterOf(16), ";");
  strictEqual(letterOf(20), "");
});

Deno.test("notes are named from C−1 to G9", () => {
  deepStrictEqual([0, 60, 61, 127].map(noteName), ["C-1", "C4", "C♯4", "G9"]);
});

Deno.test("white keys fill the width, and each black one lies across the border of two", () => {
  const keys = drawnKeys(48, 2);
  const whites = keys.filter(({ isBlack }) => !isBlack);
  strictEqual(keys.length, 25);
  strictEqual(whites.length, 15);
  whites.forEach(({ left, width }, index) => ok(Math.abs(left - index * width) < 1e-9));
  ok(Math.abs(whites.at(-1)!.left + whites.at(-1)!.width - 1) < 1e-9);
  for (const { note, left, width } of keys.filter(({ isBlack }) => isBlack)) {
    const border = whites.find((white) => white.note === note + 1)!.left;
    ok(Math.abs(left + width / 2 - border) < 1e-9);
  }
  ok(keys.findIndex(({ isBlack }) => isBlack) === whites.length, "black keys are drawn over white ones");
  ok(drawnKeys(120, 2).every(({ note }) => note <= 127));
});

Deno.test("a key is louder at its near end", () => {
  deepStrictEqual([-1, 0, 0.5, 1, 2].map(velocityAt), [0.25, 0.25, 0.63, 1, 1]);
});
