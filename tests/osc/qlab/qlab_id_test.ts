import assert from "node:assert/strict";
import { qlabId } from "../../../osc/qlab/qlab_id.ts";

Deno.test("an id has the form of QLab's, is the same for the same text, and another for another", () => {
  assert.match(qlabId("/play rain.wav"), /^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$/);
  const ids = Array.from({ length: 10_000 }, (_, index) => qlabId(`/wait ${index}`));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(qlabId("12.5"), qlabId("12.5"));
});
