import assert from "node:assert/strict";
import { accepts } from "../../foundation/accepts.ts";

Deno.test("what a header names is accepted, in any case and order, unless its weight is zero", () => {
  const header = "gzip;q=0.5, BR, deflate;q=0, zstd; q=0.000, *";
  assert.deepEqual(
    ["gzip", "br", "deflate", "zstd", "identity"].map((name) => accepts(header, name)),
    [true, true, false, false, false],
  );
  assert.equal(accepts(null, "gzip"), false);
});
