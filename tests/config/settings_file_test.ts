import assert from "node:assert/strict";
import { readConfig, settingValues } from "../../config/settings.ts";
import { parseSettingsFile, readSettingsFile } from "../../config/settings_file.ts";
import { ConfigError } from "../../config/config_error.ts";
import { inFolder } from "../../testing/in_folder.ts";

const text = `# a stage
UNDERSTUDY_PATCH=keys
  export UNDERSTUDY_DEVICE = "HDA Intel: ALC257"  # the big one
UNDERSTUDY_BLOCK_FRAMES='64'
UNDERSTUDY_OSC_SECRET=

; another comment\r
UNDERSTUDY_SEED=7 # lucky
`;

Deno.test("a file has the settings of the same names; the environment wins, and each value has its place", () => {
  const file = parseSettingsFile(text, "stage.env");
  const environment = { UNDERSTUDY_BLOCK_FRAMES: "256", UNDERSTUDY_SEED: "" };
  const config = readConfig(environment, file);
  assert.deepEqual([config.patch, config.device, config.blockFrames, config.seed, config.oscSecret], [
    "keys",
    "HDA Intel: ALC257",
    256,
    7,
    undefined,
  ]);
  const places = Object.fromEntries(
    settingValues(environment, file).map(({ name, from }) => [name.slice(11), from]),
  );
  assert.deepEqual([places.PATCH, places.DEVICE, places.BLOCK_FRAMES, places.SEED, places.DRIVER], [
    "stage.env:2",
    "stage.env:3",
    "environment",
    "stage.env:8",
    "default",
  ]);
});

Deno.test("a line that is no setting, an open quote and a second value are told at once, each with its line", () => {
  const wrong = `understudy start\nUNDERSTUDY_SEED="1\nUNDERSTUDY_PATCH=a\nUNDERSTUDY_PATCH=b\n`;
  assert.throws(() => parseSettingsFile(wrong, "x.env"), (error: ConfigError) => {
    assert.deepEqual(error.problems, [
      'x.env:1: expected NAME=value or a comment, found "understudy start"',
      "x.env:2: UNDERSTUDY_SEED: the quotes do not close",
      "x.env:4: UNDERSTUDY_PATCH is already set in line 3",
    ]);
    return true;
  });
});

Deno.test("a wrong value and an unknown name have file and line; a secret is not repeated", () => {
  const file = parseSettingsFile("UNDERSTUDY_SEED=x\nOSC_PRT=1\nUNDERSTUDY_OSC_SECRET=hunter2\n", "x.env");
  assert.throws(() => readConfig({}, file), (error: ConfigError) => {
    assert.deepEqual(error.problems, [
      "x.env:2: OSC_PRT: there is no such setting; did you mean UNDERSTUDY_OSC_PORT?",
      'x.env:1: UNDERSTUDY_SEED: expected a whole number from 0 to 4294967295, found "x"',
      "x.env:3: UNDERSTUDY_OSC_SECRET: expected at least 8 characters, found less",
    ]);
    return true;
  });
});

Deno.test("understudy.env of the folder is read where it is; a file that was named must be there", () =>
  inFolder((folder) => {
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      assert.equal(readSettingsFile(), undefined);
      Deno.writeTextFileSync("understudy.env", "UNDERSTUDY_PATCH=pad");
      assert.equal(readSettingsFile()?.entries.get("UNDERSTUDY_PATCH")?.value, "pad");
      assert.throws(
        () => readSettingsFile("no.env"),
        /cannot read the settings in no\.env: there is no such file/,
      );
    } finally {
      Deno.chdir(before);
    }
    return Promise.resolve();
  }));
