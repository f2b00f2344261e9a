import assert from "node:assert/strict";
import { patches, patchNamed, patchNames, PatchUnknownError } from "../../../patches/ready/catalogue.ts";
import { exitCodes } from "../../../foundation/exit_codes.ts";

Deno.test("every name of the list is found; any other is an error that lists them", () => {
  for (const name of patchNames) assert.equal(patchNamed(name), patches[name]);
  for (const name of ["organ", "toString", "__proto__", ""]) {
    assert.throws(() => patchNamed(name), (error) => {
      assert.ok(error instanceof PatchUnknownError);
      assert.equal(error.exitCode, exitCodes.usage);
      assert.match(error.message, /^there is no patch ".*"; there are: sines, keys, /);
      return true;
    });
  }
});

Deno.test("an unknown name is repeated on one line, and not at any length", () => {
  for (const name of ["x".repeat(60_000), "a\nb\x1b[2J", "constructor"]) {
    assert.throws(() => patchNamed(name), (error: Error) => {
      assert.ok(error instanceof PatchUnknownError && error.message.length < 400, error.message);
      assert.doesNotMatch(error.message, /\p{Cc}/u);
      return true;
    });
  }
});
