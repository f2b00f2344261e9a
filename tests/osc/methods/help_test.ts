import assert from "node:assert/strict";
import { helpLine, methodAt, suggestion } from "../../../osc/methods/help.ts";
import { MessageRefusedError } from "../../../osc/packet/arguments.ts";

const methods = ["/status", "/sync", "/note", "/keys/note"].map((address) => ({
  address,
  types: "i",
  description: `does ${address}`,
}));

Deno.test("a suggestion names at most three addresses, the nearest first", () => {
  const text = suggestion("/statuss", methods.map(({ address }) => address));
  assert.match(text, /^the nearest are \/status, \/\S+, \/\S+; \/help lists all$/);
});

Deno.test("a method is found by its address; a wrong address, cut to 64 letters, is refused with the nearest", () => {
  assert.equal(methodAt("/note", methods), methods[2]);
  assert.throws(
    () => methodAt(`/note${"x".repeat(1_000)}`, methods),
    (error: Error) =>
      error instanceof MessageRefusedError &&
      /^there is no address \/notex{59}; the nearest/.test(error.message),
  );
});

Deno.test("a line has address, type tags and description", () => {
  assert.deepEqual(helpLine(methods[0]).args.map((arg) => "value" in arg && arg.value), [
    "/status",
    "i",
    "does /status",
  ]);
});
