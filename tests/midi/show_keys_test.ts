import assert from "node:assert/strict";
import { keyEvent, readShowKeys } from "../../midi/show_keys.ts";

Deno.test("keys and programs stand for GO and the like, the end of a key as well", () => {
  const keys = readShowKeys("go=60, panic=61,back=p3")!;
  assert.deepEqual(keyEvent(keys, 0x93, 60), { event: "go" });
  assert.deepEqual(keyEvent(keys, 0x83, 61), { event: "panic" });
  assert.deepEqual(keyEvent(keys, 0xC0, 3), { event: "back" });
  assert.equal(keyEvent(keys, 0xC0, 60), undefined);
  assert.equal(keyEvent(keys, 0xB0, 60), undefined);
  for (const wrong of ["", "go", "go=128", "fly=1", "go=60;stop=61"]) {
    assert.equal(readShowKeys(wrong), undefined);
  }
});
