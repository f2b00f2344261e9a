import assert from "node:assert/strict";
import { RendererStaleError } from "../../../engine/renderer/renderer_stale_error.ts";
import { SnapshotDamagedError } from "../../../engine/renderer/snapshot_damaged_error.ts";

Deno.test("a joiner whose snapshot is damaged is stale, and can be told from one that came too late", () => {
  const error = new SnapshotDamagedError("snapshot 1: its checksum does not match its arena");
  assert.ok(error instanceof RendererStaleError);
  assert.ok(!(new RendererStaleError("block 5") instanceof SnapshotDamagedError));
  assert.equal(String(error), "SnapshotDamagedError: snapshot 1: its checksum does not match its arena");
});
