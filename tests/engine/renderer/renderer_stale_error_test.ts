import assert from "node:assert/strict";
import { RendererStaleError } from "../../../engine/renderer/renderer_stale_error.ts";

Deno.test("a renderer that is stale is told from one that is broken", () => {
  const error = new RendererStaleError("block 5: its seal has been overwritten");
  assert.ok(error instanceof Error && !(error instanceof RangeError));
  assert.equal(String(error), "RendererStaleError: block 5: its seal has been overwritten");
});
