import assert from "node:assert/strict";
import { parseCommandLine } from "../../cli/command_line.ts";

Deno.test("each command takes its own arguments", () => {
  const start = { command: "start", patch: "sines", demo: false, watch: false, verbose: false };
  assert.deepEqual(parseCommandLine(["start", "sines"]), start);
  assert.deepEqual(parseCommandLine(["start", "--demo", "-v"]), {
    ...start,
    patch: undefined,
    demo: true,
    verbose: true,
  });
  assert.deepEqual(parseCommandLine("start ./a.ts --watch -p 57140 --config stage.env".split(" ")), {
    ...start,
    patch: "./a.ts",
    watch: true,
    port: 57_140,
    config: "stage.env",
  });
  assert.deepEqual(parseCommandLine(["start", "sines", "--record", "take.wav"]), {
    ...start,
    record: "take.wav",
  });
  assert.deepEqual(parseCommandLine(["render", "a.session", "--stems"]), {
    command: "render",
    session: "a.session",
    out: "a.wav",
    part: {},
    stems: true,
  });
  assert.throws(
    () => parseCommandLine(["render", "keys", "--score", "a.txt", "--stems"]),
    /--stems goes with a session/,
  );
  assert.throws(() => parseCommandLine(["start", "--record", ""]), /--record: expected a file/);
  assert.deepEqual(parseCommandLine(["render", "a.session"]), {
    command: "render",
    session: "a.session",
    out: "a.wav",
    part: {},
  });
  assert.deepEqual(parseCommandLine(["render", "a.session", "-o", "b.wav"]), {
    command: "render",
    session: "a.session",
    out: "b.wav",
    part: {},
  });
  assert.deepEqual(parseCommandLine(["render", "a.session", "--from", "3600", "--seconds", "1.5"]), {
    command: "render",
    session: "a.session",
    out: "a.wav",
    part: { fromSeconds: 3_600, seconds: 1.5 },
  });
  const patch = { command: "patch", patch: "organ.ts", show: "summary", graph: undefined };
  assert.deepEqual(parseCommandLine(["patch", "organ.ts"]), patch);
  assert.deepEqual(parseCommandLine(["patch", "organ.ts", "--wat"]), { ...patch, show: "wat" });
  assert.deepEqual(parseCommandLine(["patch", "--graph", "a.svg", "organ.ts", "--schedule"]), {
    ...patch,
    show: "schedule",
    graph: "a.svg",
  });
  assert.deepEqual(parseCommandLine([]), { command: "help", topic: undefined });
  assert.deepEqual(parseCommandLine(["doctor", "--seconds", "120"]), {
    command: "doctor",
    measureMs: 120_000,
  });
  assert.throws(
    () => parseCommandLine(["doctor", "--seconds", "long"]),
    /--seconds: expected 0\.1 to 3600 seconds/,
  );
  assert.deepEqual(parseCommandLine(["doctor", "--help"]), { command: "help", topic: "doctor" });
  assert.deepEqual(parseCommandLine(["help", "settings"]), { command: "help", topic: "settings" });
  assert.deepEqual(parseCommandLine(["completions", "zsh"]), { command: "completions", shell: "zsh" });
  assert.deepEqual(parseCommandLine(["check", "a.ts", "b.ts"]), {
    ...{ command: "check", files: ["a.ts", "b.ts"], json: false, run: false },
  });
  assert.deepEqual(parseCommandLine(["check", "--run", "--json", "hamlet.json"]), {
    ...{ command: "check", files: ["hamlet.json"], json: true, run: true },
  });
  assert.deepEqual(parseCommandLine(["config", "--json"]), { command: "config", json: true });
  assert.deepEqual(parseCommandLine(["-V"]), { command: "version" });
});

Deno.test("a score is rendered from a patch, to a file beside it unless told otherwise", () => {
  const plain = { command: "renderScore", format: "32f", dither: false, seconds: undefined, tailSeconds: 10 };
  assert.deepEqual(parseCommandLine(["render", "keys", "--score", "a/tune.txt"]), {
    ...plain,
    patch: "keys",
    score: "a/tune.txt",
    out: "a/tune.wav",
  });
  assert.deepEqual(
    parseCommandLine("render -s - -o b.wav --format 24 --dither --seconds 1.5".split(" ")),
    { ...plain, patch: undefined, score: "-", out: "b.wav", format: "24", dither: true, seconds: 1.5 },
  );
  for (
    const [line, pattern] of [
      ["render a.session --from 1e3", /--from: expected 0 to 31536000 seconds, found "1e3"/],
      ["render -s a.txt --from 3", /--from goes with a session/],
      ["render a.session --tail 3", /--tail goes with --score/],
      ["start --score a.txt", /--score goes with render, not with start/],
      ["render -s a.txt --dither", /--dither goes with --format 16 or 24/],
      ["render -s a.txt --seconds 1 --tail 1", /leave --tail out/],
      ["render -s a.txt --seconds 1e3", /--seconds: expected 0 to 100000 seconds, found "1e3"/],
      ["render -s a.txt --tail 1.2.3", /--tail: expected/],
      ["render -s -", /needs --out/],
      ["render -s a.wav", /would overwrite/],
      ["render x/../b.ts -s a.txt -o ./b.ts", /would overwrite/],
      ["render keys extra -s a.txt", /expected at most 1 argument, found 2/],
    ] as const
  ) assert.throws(() => parseCommandLine(line.split(" ")), pattern);
});

Deno.test("a message is taken as it was typed: a negative number is no option, and - is standard input", () => {
  const send = { command: "send", timeoutMs: undefined, json: false };
  assert.deepEqual(parseCommandLine(["send", "/master/gainDb", "-6"]), {
    ...send,
    words: ["/master/gainDb", "-6"],
  });
  assert.deepEqual(parseCommandLine(["send", "/x", "-.5", "-t", "0", "--port=9000", "--host", "box"]), {
    ...send,
    words: ["/x", "-.5"],
    timeoutMs: 0,
    port: 9_000,
    host: "box",
  });
  assert.deepEqual(parseCommandLine(["send", "--", "/x", "--odd"]), { ...send, words: ["/x", "--odd"] });
  for (const words of [["send"], ["send", "-"]]) {
    assert.deepEqual(parseCommandLine(words), { ...send, words: [] });
  }
});

Deno.test("who looks at an engine says which, how often, and what", () => {
  assert.deepEqual(parseCommandLine(["status", "--json"]), { command: "status", json: true });
  assert.deepEqual(parseCommandLine(["top", "--interval", "2"]), { command: "top", intervalMs: 2_000 });
  const monitor = { command: "monitor", pattern: undefined, directions: ["in", "out"], json: false };
  assert.deepEqual(parseCommandLine(["monitor"]), monitor);
  assert.deepEqual(parseCommandLine(["monitor", "/note", "--only", "in"]), {
    ...monitor,
    pattern: "/note",
    directions: ["in"],
  });
});

Deno.test("an upgrade is of the only engine, or of that in a process", () => {
  assert.deepEqual(parseCommandLine(["upgrade"]), { command: "upgrade", pid: undefined });
  assert.deepEqual(parseCommandLine(["upgrade", "4711"]), { command: "upgrade", pid: 4711 });
  assert.throws(
    () => parseCommandLine(["upgrade", "keys"]),
    /expected the number of a process, found "keys"/,
  );
});

Deno.test("what makes no sense is named, with the nearest that does", () => {
  assert.throws(() => parseCommandLine(["strat"]), /did you mean "start"/);
  assert.throws(() => parseCommandLine(["/note", "60"]), /did you mean "send \/note"/);
  assert.throws(() => parseCommandLine(["help", "setings"]), /did you mean "settings"/);
  assert.throws(() => parseCommandLine(["status", "--jsn"]), /no option --jsn; did you mean --json\?/);
  assert.throws(() => parseCommandLine(["status", "-p", "0"]), /--port: expected a whole number from 1/);
  assert.throws(
    () => parseCommandLine(["top", "--interval", "0"]),
    /--interval: expected 0.1 to 3600 seconds/,
  );
  assert.throws(() => parseCommandLine(["send", "/x", "-t", "-3"]), /--timeout: expected 0 to 3600/);
  for (const words of [["-p"], ["--port"], ["--port", "--json"]]) {
    assert.throws(() => parseCommandLine(["send", "/x", ...words]), /--port: expected a value behind it$/);
  }
  assert.throws(() => parseCommandLine(["monitor", "--only=up"]), /--only: expected in or out, found "up"/);
  assert.throws(() => parseCommandLine(["check"]), /expected the file of a patch/);
  assert.throws(() => parseCommandLine(["completions", "tcsh"]), /expected bash, zsh, fish, found "tcsh"/);
  assert.throws(() => parseCommandLine(["render"]), /expected a session file/);
  assert.throws(() => parseCommandLine(["start", "--out", "x"]), /--out goes with render/);
  assert.throws(() => parseCommandLine(["start", "--fast"]), /there is no option --fast; did you mean --/);
  assert.throws(() => parseCommandLine(["start", "--dmeo"]), /no option --dmeo; did you mean --demo\?/);
  assert.throws(() => parseCommandLine(["render", "x", "--secnds=3"]), /--secnds; did you mean --seconds\?/);
  assert.throws(() => parseCommandLine(["render", "--demo"]), /--demo goes with start/);
  assert.throws(() => parseCommandLine(["patch"]), /expected the name or file of a patch/);
  assert.throws(
    () => parseCommandLine(["patch", "keys", "--wat", "--json"]),
    /expected one of --schedule, --wat/,
  );
  assert.throws(() => parseCommandLine(["patch", "keys", "--graph", "a.png"]), /ends in .svg or .dot/);
  assert.throws(() => parseCommandLine(["start", "keys", "--wat"]), /--wat goes with patch, not with start/);
  assert.throws(() => parseCommandLine(["devices", "x"]), /devices: expected no argument, found 1/);
});
