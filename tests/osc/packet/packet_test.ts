import assert from "node:assert/strict";
import {
  isBundle,
  OscMalformedError,
  OscUnrecognisedError,
  withoutStack,
} from "../../../osc/packet/packet.ts";

Deno.test("bundles and messages are told apart", () => {
  assert.equal(isBundle({ timeTag: { seconds: 0, fraction: 1 }, elements: [] }), true);
  assert.equal(isBundle({ address: "/a", args: [] }), false);
});

Deno.test("an error names the byte and what was expected; an unknown type tag is one kind of it", () => {
  const error = new OscUnrecognisedError(12, "a type tag");
  assert.ok(error instanceof OscMalformedError);
  assert.deepEqual([error.offset, error.message], [12, "byte 12: expected a type tag"]);
});

Deno.test("an error of a packet keeps no stack, the errors after it do", () => {
  const frames = (error: Error) => error.stack!.split("\n").filter((line) => /^ +at /.test(line)).length;
  assert.equal(frames(withoutStack(() => new OscMalformedError(0, "x"))), 0);
  assert.ok(frames(new Error("x")) > 0);
});
