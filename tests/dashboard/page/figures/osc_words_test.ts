import { deepStrictEqual, match } from "node:assert/strict";
import { oscWords } from "../../../../dashboard/page/figures/osc_words.ts";

Deno.test("a typed message keeps integers and floats apart, and texts in quotes whole", () => {
  deepStrictEqual(oscWords(' /note 60 0.8 true "a b" piano -1 .5 1e3 '), {
    address: "/note",
    args: [
      { type: "i", value: 60 },
      { type: "f", value: 0.8 },
      { type: "T" },
      { type: "s", value: "a b" },
      { type: "s", value: "piano" },
      { type: "i", value: -1 },
      { type: "f", value: 0.5 },
      { type: "f", value: 1000 },
    ],
  });
});

Deno.test("what is no address is told", () => {
  for (const text of ["", "note 60", "/a#b", "/"]) match(String(oscWords(text)), /begins with a slash/);
});
