import assert from "node:assert/strict";
import { describeSettings, readConfig, settingDescriptions, settingNames } from "../../config/settings.ts";
import { ConfigError } from "../../config/config_error.ts";
import { maxChannels } from "../../compiler/graph/limits.ts";
import { maximumChannels } from "../../engine/memory/constants.ts";

Deno.test("an empty environment gives the documented defaults", () => {
  const config = readConfig({ PATH: "/bin", UNDERSTUDY_DEVICE: " " });
  assert.deepEqual(
    [
      config.driver,
      config.sampleRateHz,
      config.blockFrames,
      config.lookaheadBlocks,
      config.channels,
      config.oscHost,
      config.oscPort,
    ],
    ["auto", 48_000, 128, 4, 2, "127.0.0.1", 57_130],
  );
  assert.deepEqual([config.faults, config.device, config.session, config.snapshotMs], [
    false,
    undefined,
    undefined,
    250,
  ]);
});

Deno.test("every wrong value and every unknown name is told at once, with what was expected and the nearest name", () => {
  const environment = {
    UNDERSTUDY_BLOCK_FRAMES: "100",
    UNDERSTUDY_SAMPLE_RATE: "fast",
    UNDERSTUDY_DRIVER: "alsa",
    UNDERSTUDY_BLOCK_FRAME: "64",
  };
  assert.throws(() => readConfig(environment), (error: ConfigError) => {
    assert.equal(error.problems.length, 4);
    assert.match(
      error.message,
      /UNDERSTUDY_BLOCK_FRAMES: expected a multiple of 16 from 16 to 4096, found "100"/,
    );
    assert.match(error.message, /UNDERSTUDY_BLOCK_FRAME: .*UNDERSTUDY_BLOCK_FRAMES/);
    assert.match(error.message, /UNDERSTUDY_SAMPLE_RATE: .*found "fast"/);
    return error instanceof ConfigError;
  });
});

Deno.test("the ceiling is a level in dB, kept as a factor that a 32-bit float holds, or off", () => {
  const ceiling = (level?: string) =>
    readConfig(level === undefined ? {} : { UNDERSTUDY_CEILING_DB: level }).ceiling;
  assert.deepEqual([ceiling("0"), ceiling("off"), ceiling()], [1, 0, ceiling("-0.3")]);
  for (const level of [-0.3, -6, -40]) {
    const factor = ceiling(String(level));
    assert.ok(Math.abs(20 * Math.log10(factor) - level) < 0.001, `${level} dB: ${factor}`);
    assert.equal(factor, Math.fround(factor));
  }
  for (const wrong of ["1", "-41", "loud", "-"]) {
    assert.throws(() => ceiling(wrong), /off, or a number of dB/);
  }
});

Deno.test("the limits of silence are one for all outputs, or one for each", () => {
  const silence = (seconds: string, level = "-60", channels = "3") => {
    const { silenceSeconds, silenceThresholds } = readConfig({
      UNDERSTUDY_CHANNELS: channels,
      UNDERSTUDY_SILENCE_SECONDS: seconds,
      UNDERSTUDY_SILENCE_DB: level,
    });
    return [silenceSeconds, silenceThresholds.map((factor) => Math.round(200 * Math.log10(factor)) / 10)];
  };
  assert.deepEqual(silence(""), [[undefined], [-60]]);
  assert.deepEqual(silence("30", "-90"), [[30], [-90]]);
  assert.deepEqual(silence("30, off,2", "-40,-50"), [[30, undefined, 2], [-40, -50]]);
  for (const wrong of ["0", "30,", "30;2", Array(65).fill("1").join()]) {
    assert.throws(
      () => silence(wrong),
      /UNDERSTUDY_SILENCE_SECONDS: expected off, or whole numbers of seconds/,
    );
  }
  assert.throws(
    () => silence("30,30,30", "-60,-60,-60", "2"),
    /SILENCE_SECONDS: expected at most 2 values, .* found 3\n[^]*SILENCE_DB: expected at most 2 values/,
  );
  for (const wrong of ["1", "-91", "quiet"]) {
    assert.throws(() => silence("30", wrong), /UNDERSTUDY_SILENCE_DB: expected numbers of dB/);
  }
});

Deno.test("there are up to 64 outputs, with names of their own where they are given, and FLAC holds eight of them", () => {
  const config = (settings: Record<string, string>) =>
    readConfig(
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [`UNDERSTUDY_${name}`, value])),
    );
  assert.equal(config({ CHANNELS: "64" }).channels, maximumChannels);
  assert.equal(maxChannels, maximumChannels, "a patch may use all outputs");
  assert.throws(
    () => config({ CHANNELS: "65" }),
    /UNDERSTUDY_CHANNELS: expected a whole number from 1 to 64/,
  );
  assert.equal(config({}).outputNames, undefined);
  const named = config({ CHANNELS: "3", OUTPUT_NAMES: "front left, Tür 2,sub" });
  assert.deepEqual(named.outputNames, ["front left", "Tür 2", "sub"]);
  for (const wrong of ["a,A", "a,,b", "x".repeat(33), "a/b"]) {
    assert.throws(
      () => config({ CHANNELS: "3", OUTPUT_NAMES: wrong }),
      /OUTPUT_NAMES: expected different names/,
    );
  }
  assert.throws(() => config({ OUTPUT_NAMES: "a,b,c" }), /OUTPUT_NAMES: expected at most 2 values/);
  assert.equal(config({ CHANNELS: "8", RECORD_FORMAT: "flac24" }).recordFormat, "flac24");
  assert.throws(
    () => config({ CHANNELS: "9", RECORD_FORMAT: "flac24" }),
    /RECORD_FORMAT: FLAC holds 8 channels at most, UNDERSTUDY_CHANNELS is 9; set wav24/,
  );
  assert.throws(() => config({ CHANNELS: "9", RECORD: "a.FLAC" }), /UNDERSTUDY_RECORD: .*ends in \.wav/);
});

Deno.test("the client of JACK has a name that JACK takes, and the device is waited for only when that is asked for", () => {
  const { jackName, waitDevice } = readConfig({});
  assert.deepEqual([jackName, waitDevice], ["understudy", false]);
  const name = (text: string) => readConfig({ UNDERSTUDY_JACK_NAME: text }).jackName;
  assert.equal(name("stage left"), "stage left");
  for (const wrong of ["stage:left", "a\tb", "x".repeat(32)]) {
    assert.throws(() => name(wrong), /UNDERSTUDY_JACK_NAME: expected at most 31 characters without a colon/);
  }
  assert.equal(readConfig({ UNDERSTUDY_WAIT_DEVICE: "on" }).waitDevice, true);
  assert.throws(
    () => readConfig({ UNDERSTUDY_WAIT_DEVICE: "5" }),
    /UNDERSTUDY_WAIT_DEVICE: expected on or off/,
  );
});

Deno.test("the help names every setting with its default", () => {
  const help = describeSettings();
  for (const name of settingNames) assert.ok(help.includes(name));
  assert.match(help, /default: 57130/);
});

Deno.test("OSCQuery: on by default at loopback, off by a word; origins are a list", () => {
  const standard = readConfig({});
  assert.deepEqual(
    [standard.oscQueryHost, standard.oscQueryPort, standard.oscQueryOrigins, standard.mdns],
    ["127.0.0.1", 57_131, undefined, false],
  );
  const config = readConfig({
    UNDERSTUDY_OSCQUERY_PORT: "off",
    UNDERSTUDY_OSCQUERY_ORIGINS: "https://surface.example, http://10.0.0.2:8080,null",
    UNDERSTUDY_MDNS: "on",
  });
  assert.equal(config.oscQueryPort, "off");
  assert.deepEqual(config.oscQueryOrigins, ["https://surface.example", "http://10.0.0.2:8080", "null"]);
  assert.equal(config.mdns, true);
  for (const origins of ["surface.example", "https://a.example/", "*", "https://a.example,"]) {
    assert.throws(() => readConfig({ UNDERSTUDY_OSCQUERY_ORIGINS: origins }), /origins joined by commas/);
  }
});

Deno.test("an error about a secret does not repeat it", () => {
  assert.throws(
    () => readConfig({ UNDERSTUDY_OSC_SECRET: "hunter2" }),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message, "UNDERSTUDY_OSC_SECRET: expected at least 8 characters, found less");
      return true;
    },
  );
});

Deno.test("every declared range holds: its ends are taken, and one beyond them is not", () => {
  const ranges = settingDescriptions.flatMap(({ name, expected }) => {
    const found = / from (-?\d+) to (-?\d+)$/.exec(expected);
    return found ? [{ name, ends: [Number(found[1]), Number(found[2])] as const }] : [];
  });
  assert.ok(ranges.length >= 5, `${ranges.length} ranges`);
  for (const { name, ends: [least, most] } of ranges) {
    for (const value of [least, most]) readConfig({ [name]: String(value) });
    for (const value of [least - 1, most + 1]) {
      assert.throws(() => readConfig({ [name]: String(value) }), ConfigError, `${name}=${value}`);
    }
  }
});
