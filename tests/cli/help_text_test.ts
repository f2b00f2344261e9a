import assert from "node:assert/strict";
import { commandNames, declarationOf, globalOptions } from "../../cli/commands.ts";
import { helpText } from "../../cli/help_text.ts";
import { settingNames } from "../../config/settings.ts";
import { exitCodeMeanings, exitCodes } from "../../foundation/exit_codes.ts";
import { patchNames } from "../../patches/ready/catalogue.ts";

Deno.test("the overview fits on one screen: every command, and the settings that are needed most", () => {
  const lines = helpText(undefined, "npx -y deno task").trimEnd().split("\n");
  assert.ok(lines.length >= 24 && lines.length <= 40, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 80, line);
  for (const name of commandNames) assert.ok(lines.some((line) => line.startsWith(`  ${name}`)), name);
  assert.ok(lines.includes("Then a note:  npx -y deno task send /note 60 0.8"));
  for (const name of ["UNDERSTUDY_PATCH", "UNDERSTUDY_DEVICE"]) assert.ok(lines.join("\n").includes(name));
});

Deno.test("the page of a command has its options with those of all, its examples, and the ready patches", () => {
  for (const name of commandNames) {
    const page = helpText(name);
    for (const option of Object.keys({ ...declarationOf(name).options, ...globalOptions })) {
      assert.match(page, new RegExp(`--${option}\\b`), `${name}: ${option}`);
    }
    for (const line of page.split("\n")) assert.ok(line.length <= 90, line);
    for (const [line] of declarationOf(name).examples) assert.ok(page.includes(`understudy ${line}`), line);
  }
  for (const name of patchNames) assert.ok(helpText("start").includes(name), name);
});

Deno.test("the pages of settings and exit codes have all of them", () => {
  for (const name of settingNames) assert.ok(helpText("settings").includes(name), name);
  const page = helpText("exit-codes").replaceAll(/\n +(?=[^\d ])/g, " ");
  for (const [name, code] of Object.entries(exitCodes)) {
    assert.ok(page.includes(`${code}  ${exitCodeMeanings[name as keyof typeof exitCodes]}`), name);
  }
});
