import assert from "node:assert/strict";
import { AskedPatch } from "../../../engine/patch_swap/asked_patch.ts";

Deno.test("when the command is quarantined before it was played, all that followed it is an orphan", () => {
  const asked = new AskedPatch<string>();
  asked.ask(-2, "before");
  asked.played(-2);
  assert.ok(asked.isPending, "played up to the command, not past it");
  assert.deepEqual(asked.quarantined([-2, 0], 3), { before: "before", orphans: [-1, 1, 2] });
  assert.equal(asked.isPending, false);
});

Deno.test("a patch that was played stays, whatever is quarantined later", () => {
  const asked = new AskedPatch<string>();
  asked.ask(5, "before");
  asked.played(6);
  assert.equal(asked.quarantined([5, 6], 9), undefined);
});

Deno.test("commands that did not ask for the patch leave it alone", () => {
  const asked = new AskedPatch<string>();
  asked.ask(5, "before");
  assert.equal(asked.quarantined([4, 6], 9), undefined);
  assert.ok(asked.isPending);
});
