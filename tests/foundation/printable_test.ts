import assert from "node:assert/strict";
import { printable } from "../../foundation/printable.ts";

Deno.test("text stays as it is, and control characters become their codes", () => {
  assert.equal(printable("/keys/nöte ☃ 🎹"), "/keys/nöte ☃ 🎹");
  assert.equal(
    printable("a\nb\r\t\x1b[31mc\0\u2028d\u202ee"),
    "a\\u000ab\\u000d\\u0009\\u001b[31mc\\u0000\\u2028d\\u202ee",
  );
});
