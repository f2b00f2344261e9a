import assert from "node:assert/strict";
import { paint } from "../../cli/paint.ts";

Deno.test("a terminal gets colours, unless NO_COLOR or its kind forbids them; a pipe gets none", () => {
  const bold = (isTerminal: boolean, environment: Record<string, string>) =>
    paint({ isTerminal: () => isTerminal }, (name) => environment[name]).bold("x");
  assert.equal(bold(true, {}), "\x1b[1mx\x1b[0m");
  for (const plain of [bold(false, {}), bold(true, { NO_COLOR: "1" }), bold(true, { TERM: "dumb" })]) {
    assert.equal(plain, "x");
  }
});
