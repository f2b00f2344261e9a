import assert from "node:assert/strict";
import { diagnose, missingOutputs, startOf } from "../../cli/doctor.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";

const cache = new URL("../../build/native-tests", import.meta.url).pathname;

async function diagnosed(environment: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const code = await diagnose({
    config: readConfig(environment),
    measureMs: 100,
    print: (line) => lines.push(line),
  });
  return { code, text: lines.join("\n") };
}

Deno.test({
  name:
    "the engine can run without a sound library: the doctor names what is missing, and measures the clock",
  sanitizeResources: false, // the JACK library stays open where there is one
  fn: async () => {
    const { code, text } = await diagnosed({
      UNDERSTUDY_CACHE_DIR: cache,
      UNDERSTUDY_PORTAUDIO: "/no/lib.so",
      JACK_DEFAULT_SERVER: "none-of-that-name",
    });
    assert.equal(code, exitCodes.ok);
    assert.match(text, /^(ok {7}|MISSING {2})deno \d+\.\d+\.\d+/);
    assert.match(text, /\nok {7}native part: /);
    assert.match(text, /\nMISSING {2}PortAudio\n {9}mend: .*UNDERSTUDY_PORTAUDIO/);
    for (
      const right of [
        "real-time priority",
        "priority over other programs",
        "memory that is never swapped out",
      ]
    ) {
      assert.match(
        text,
        new RegExp(`\\n(ok {7}${right}|MISSING {2}${right}.*\\n {9}mend: .*audio\\.conf.*systemd: Limit)`),
      );
    }
    assert.match(text, /\nMISSING {2}start: plays, but makes no sound\n {9}mend: there is no sound device; /);
    assert.match(text, /callback every 2\.67 ms: 99\.9 % within \d/);
  },
});

Deno.test("without a native part nothing else is looked at, and the exit code says so", async () => {
  const folder = await Deno.makeTempDir();
  const compiler = Deno.env.get("CC");
  Deno.env.set("CC", "no-such-compiler");
  try {
    const { code, text } = await diagnosed({ UNDERSTUDY_CACHE_DIR: folder });
    assert.equal(code, exitCodes.native);
    assert.match(text, /MISSING {2}native part\n {9}mend: .*apt-get install gcc[^\n]*$/);
  } finally {
    if (compiler === undefined) Deno.env.delete("CC");
    else Deno.env.set("CC", compiler);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("outputs for which the device has no channel are told before the start, by name, with the remedy", () => {
  const devices = [{ name: "system", channels: 2 }, { name: "Scarlett 18i20", channels: 20 }];
  const settings = readConfig({ UNDERSTUDY_CHANNELS: "8", UNDERSTUDY_OUTPUT_NAMES: "l, r, sub" });
  const { what, remedy } = missingOutputs(settings, devices)!;
  assert.equal(what, "outputs 3 (sub), 4, 5, 6, 7 and 8: system (2 channels) has no channel for them");
  assert.match(remedy, /^set UNDERSTUDY_CHANNELS=2, name another client in UNDERSTUDY_DEVICE, or connect/);
  assert.equal(missingOutputs({ ...settings, device: "scarlett" }, devices), undefined);
  assert.equal(missingOutputs({ ...settings, device: "nobody" }, devices), undefined);
});

Deno.test("the exit code is that with which a start would end, and 0 only where it plays or may keep time", () => {
  const { ok, device } = exitCodes;
  const settings = readConfig({});
  const nothing = { jack: "absent", hasDevice: false, hasMidi: false } as const;
  const all = { jack: "there", hasDevice: true, hasMidi: true } as const;
  const cases = [
    [{}, all, ok, undefined],
    [{}, nothing, ok, /no sound device/],
    [{}, { ...nothing, hasDevice: true }, ok, undefined],
    [{}, { ...all, jack: "refused" }, device, /JACK refuses/],
    [{ driver: "clock", isolation: "processes" }, nothing, ok, undefined],
    [{ driver: "jack" }, { ...all, jack: "absent" }, device, /no server of JACK/],
    [{ driver: "jack", waitDevice: true }, nothing, ok, /waits for one/],
    [{ driver: "jack", waitDevice: true }, { ...all, jack: "refused" }, device, /JACK refuses/],
    [{ driver: "portaudio" }, nothing, device, /no sound device/],
    [{ driver: "portaudio" }, { ...all, jack: "refused" }, ok, undefined],
    [{ isolation: "processes" }, { ...all, jack: "absent" }, device, /no server of JACK/],
    [{ midi: "jack" }, { ...all, hasMidi: false }, device, /MIDI input was asked for/],
    [{ midi: "jack" }, all, ok, undefined],
    [{ driver: "rtp" }, nothing, ok, undefined],
    [{ driver: "rtp" }, { ...nothing, canSend: false }, device, /RTP cannot be sent/],
    [{ driver: "rtp", isolation: "processes" }, nothing, device, /ISOLATION=threads/],
  ] as const;
  for (const [change, found, code, problem] of cases) {
    const start = startOf({ ...settings, ...change }, found);
    const which = JSON.stringify([change, found]);
    assert.equal(start.code, code, which);
    if (problem === undefined) assert.equal(start.problem, undefined, which);
    else assert.match(start.problem ?? "", problem, which);
  }
});
