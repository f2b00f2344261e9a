import assert from "node:assert/strict";
import { helpText } from "../../cli/help_text.ts";
import { settingNames } from "../../config/settings.ts";
import { exitCodeMeanings, exitCodes } from "../../foundation/exit_codes.ts";
import { patchNames } from "../../patches/ready/catalogue.ts";

Deno.test("the help names every setting, every exit code with its meaning, and every ready patch", () => {
  const help = helpText();
  for (const name of [...settingNames, ...patchNames, "render SESSION"]) assert.ok(help.includes(name), name);
  for (const [name, code] of Object.entries(exitCodes)) {
    assert.ok(help.includes(`${code}  ${exitCodeMeanings[name as keyof typeof exitCodes]}\n`), name);
  }
});
