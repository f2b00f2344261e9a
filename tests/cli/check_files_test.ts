import assert from "node:assert/strict";
import { checkFiles } from "../../cli/check_files.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";

const config = readConfig({});

Deno.test("files that end in .json are shows, whatever else is asked for goes with shows alone", async () => {
  const lines: string[] = [];
  const line = {
    command: "check",
    files: ["/nowhere/a.json", "/nowhere/B.JSONC"],
    json: false,
    run: true,
  } as const;
  assert.equal(await checkFiles(line, config, (text) => lines.push(text)), exitCodes.usage);
  assert.deepEqual(lines, [
    "/nowhere/a.json:1:1: there is no such file",
    "/nowhere/B.JSONC:1:1: there is no such file",
  ]);
  await assert.rejects(checkFiles({ ...line, files: ["keys"] }, config, () => {}), UsageError);
});
