import assert from "node:assert/strict";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { allowedPatch } from "../../../patches/loading/allowed_patch.ts";

Deno.test("from afar, only files below the declared folder are loaded, also where links lead out of it", async () => {
  const base = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${base}/patches/more`, { recursive: true });
  for (const file of ["patches/a.ts", "patches/more/b.ts", "secret.ts", "patchesnot.ts"]) {
    await Deno.writeTextFile(`${base}/${file}`, "");
  }
  await Deno.symlink(`${base}/secret.ts`, `${base}/patches/link.ts`);
  const allowed = { first: `${base}/secret.ts`, folder: `${base}/patches` };
  const elsewhere = { ...allowed, first: "keys" };
  assert.equal(await allowedPatch("keys", allowed), "keys");
  assert.equal(await allowedPatch("a.ts", allowed), `${base}/patches/a.ts`);
  assert.equal(await allowedPatch("more/b.ts", allowed), `${base}/patches/more/b.ts`);
  assert.equal(await allowedPatch(`${base}/patches/a.ts`, allowed), `${base}/patches/a.ts`);
  assert.equal(
    await allowedPatch(`${base}/secret.ts`, allowed),
    `${base}/secret.ts`,
    "what it was started with",
  );
  for (
    const refused of [
      "../secret.ts",
      "link.ts",
      "missing.ts",
      "/etc/passwd",
      "../patchesnot.ts",
      "more/../../secret.ts",
    ]
  ) {
    await assert.rejects(
      allowedPatch(refused, elsewhere),
      (error) => error instanceof PatchError && /no such file below/.test(error.message),
      refused,
    );
  }
  await assert.rejects(allowedPatch("a.ts", { first: "keys", folder: undefined }), /UNDERSTUDY_PATCH_FOLDER/);
  await Deno.remove(base, { recursive: true });
});

Deno.test("a refused name is repeated on one line, and not at any length", async () => {
  for (const name of ["x".repeat(60_000) + ".ts", "a\n/b\x1b[2J.ts", "a\0.ts"]) {
    for (const folder of ["/tmp", undefined]) {
      await assert.rejects(allowedPatch(name, { first: undefined, folder }), (error: Error) => {
        assert.ok(error instanceof PatchError && error.message.length < 400, error.message);
        assert.doesNotMatch(error.message, /\p{Cc}/u);
        return true;
      });
    }
  }
});
