import assert from "node:assert/strict";
import { bannerText } from "../../cli/banner.ts";
import { paint } from "../../cli/paint.ts";

const options = {
  version: "1.2.3",
  status: {
    ...{ state: "running", unheard: "", driver: "jack", device: "JACK: system" } as const,
    ...{ sampleRateHz: 48_000, blockFrames: 128, latencyMs: 10.66, patch: "keys" },
  },
  instruments: ["keys"],
  oscAddress: "127.0.0.1:57130",
  pageUrl: "http://127.0.0.1:57131",
  rows: [["session", "a.session"]] as const,
  program: "npx -y deno task",
  painter: paint({ isTerminal: () => false }),
};

Deno.test("the banner says where the sound goes, where to look, and what to paste to hear a note", () => {
  assert.equal(
    bannerText(options),
    `
Understudy 1.2.3

  sound    JACK: system, 48000 Hz, 128 frames a block
  latency  10.7 ms
  patch    keys
  page     http://127.0.0.1:57131
  OSC      127.0.0.1:57130
  session  a.session

  a note   npx -y deno task send /note 60 0.8
  stop     Ctrl-C

`,
  );
});

Deno.test("another port is named; a patch without instruments offers no note; without sound it says so", () => {
  const other = bannerText({ ...options, oscAddress: "[::1]:9000", instruments: [] });
  assert.match(other, /try {6}npx -y deno task send --port 9000 \/tree/);
  const sound = (changes: object) =>
    /sound {4}(.*)/.exec(bannerText({ ...options, status: { ...options.status, ...changes } }))![1];
  assert.equal(sound({ state: "unheard", unheard: "nothing is connected" }), "NONE: nothing is connected");
  assert.match(sound({ driver: "clock" }), /^NONE, as asked/);
  assert.match(sound({ state: "waiting for device" }), /^NONE yet: waiting/);
});
