import assert from "node:assert/strict";
import { paint } from "../../cli/paint.ts";
import { settingsJson, settingsText } from "../../cli/show_settings.ts";
import { settingNames } from "../../config/settings.ts";
import { parseSettingsFile } from "../../config/settings_file.ts";

const options = {
  environment: { UNDERSTUDY_OSC_SECRET: "correct horse", UNDERSTUDY_SEED: "7" },
  file: parseSettingsFile("UNDERSTUDY_PATCH=keys\nUNDERSTUDY_SEED=1", "understudy.env"),
  painter: paint({ isTerminal: () => false }),
};

Deno.test("every setting has a row, those that were set first, with the place; no secret is shown", () => {
  const lines = settingsText(options).trimEnd().split("\n");
  assert.equal(lines.length, settingNames.length);
  const rows = lines.slice(0, 4).map((line) => line.split(/ {2,}/));
  assert.deepEqual(rows.slice(0, 3), [
    ["UNDERSTUDY_PATCH", "keys", "understudy.env:1"],
    ["UNDERSTUDY_SEED", "7", "environment"],
    ["UNDERSTUDY_OSC_SECRET", "(secret)", "environment"],
  ]);
  assert.equal(rows[3].at(-1), "default");
});

Deno.test("the same as JSON", () => {
  const json = settingsJson(options);
  assert.ok(!json.includes("correct horse"));
  const rows = JSON.parse(json);
  assert.deepEqual(rows.find(({ name }: { name: string }) => name === "UNDERSTUDY_PATCH"), {
    name: "UNDERSTUDY_PATCH",
    value: "keys",
    from: "understudy.env:1",
  });
});
