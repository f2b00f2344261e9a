import assert from "node:assert/strict";
import { findingText } from "../../../scripts/tidy/finding.ts";

Deno.test("a finding reads as file, line and text, without a line when it is about the whole file", () => {
  assert.equal(findingText({ file: "a.ts", line: 3, text: "is long" }), "a.ts:3: is long");
  assert.equal(findingText({ file: "a.ts", text: "is long" }), "a.ts: is long");
});
