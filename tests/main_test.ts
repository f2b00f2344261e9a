/** The program as users run it: a process with an environment, signals, exit codes, and what it prints. */
import assert from "node:assert/strict";
import type { OscMessage } from "../osc/packet/packet.ts";
import { UdpClient } from "../testing/osc/udp_client.ts";
import { sharedItems, sharedRuns, SharedTests } from "../testing/share.ts";
import { readFloatWav } from "../testing/sound/read_float_wav.ts";
import { until } from "../testing/until.ts";

const root = new URL("..", import.meta.url);
const program = new URL("../main.ts", import.meta.url).pathname;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stopMs: number;
}

/** Runs the program; once it is ready, `whenReady` is done to it, then it is waited for. Without one it is stopped. */
async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  whenReady?: (process: Deno.ChildProcess, port: number, printed: string) => void | Promise<void>,
): Promise<Ended> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, ...args],
    cwd: root,
    env: {
      NO_COLOR: "1",
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: "0",
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stderr = "";
  let stoppedMs = 0;
  const reading = (async () => {
    for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
      const before = stderr;
      stderr += text;
      const port = /ready: OSC on .*:(\d+)/.exec(stderr)?.[1];
      if (port === undefined || /ready: OSC on .*:\d+/.test(before)) continue;
      if (whenReady) await whenReady(process, Number(port), stderr);
      else process.kill("SIGTERM"); // it was expected to end by itself: its exit code shows that it did not
      stoppedMs = performance.now();
    }
  })();
  const stdout = await new Response(process.stdout).text();
  const { code } = await process.status;
  const stopMs = performance.now() - stoppedMs;
  await reading;
  return { code, stdout, stderr: stderr.replaceAll(runtimeLine, ""), stopMs };
}

/** Names of the threads of a process; renderers are called `worker-` and a number. */
function threadsOf(pid: number): string[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) => {
    try {
      return [Deno.readTextFileSync(`/proc/${pid}/task/${name}/comm`)];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

/**
 * What the runtime prints when it ends a thread by force just as that thread wakes up: on a busy machine a renderer may not
 * end in time by itself. Nothing can keep the runtime from it.
 */
const runtimeLine = /^.*Uncaught \(in worker ".*"\)\S* Error: execution terminated\n/gm;

/** Ways to use the program of which each costs a start or more: a run has a share of them, beside those that every run has. */
const uses = new SharedTests();
const test = uses.add;

const eachLine = /^(\d\d:\d\d:\d\d\.\d{3} (info|warning|error|debug) .*\n)*$/;

Deno.test("SIGTERM and SIGINT: always exit code 0, and nothing is printed but log lines", async () => {
  const times: number[] = [];
  const rounds = sharedRuns("signals to the program", 20, 10).numRuns;
  // on empty caches the first start asks the registry about its packages, and says so
  await run(["start"], {}, (process) => process.kill("SIGTERM"));
  for (let round = 0; round < rounds; round++) {
    const ended = await run(["start"], {}, (process) => process.kill(round % 2 === 1 ? "SIGINT" : "SIGTERM"));
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stdout, "");
    assert.match(ended.stderr, eachLine);
    assert.match(ended.stderr, /stopping: SIG/);
    times.push(ended.stopMs);
  }
  times.sort((a, b) => a - b);
  console.log(
    `signal to exit: median ${times[rounds >> 1].toFixed(0)} ms, worst ${times[rounds - 1].toFixed(0)} ms`,
  );
});

Deno.test("a signal in the middle of starting stops it as cleanly", async () => {
  // at once, when the runtime has threads, when the first renderer starts, and when the last one does
  const moments: ((threads: readonly string[]) => boolean)[] = [
    () => true,
    (threads) => threads.length > 1,
    (threads) => threads.some((name) => name.startsWith("worker-")),
    (threads) => threads.filter((name) => name.startsWith("worker-")).length >= 4,
  ];
  for (const [index, hasCome] of sharedItems("moments of a start", [...moments.entries()], 2)) {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", program, "start"],
      cwd: root,
      env: { NO_COLOR: "1", UNDERSTUDY_DRIVER: "clock", UNDERSTUDY_OSC_PORT: "0" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const text = new Response(process.stderr).text();
    await until(`moment ${index} of the start`, () => hasCome(threadsOf(process.pid)));
    process.kill("SIGTERM");
    const { code, signal } = await process.status;
    // Before the program has a handler, the system's own answer to SIGTERM holds.
    assert.ok(code === 0 || signal === "SIGTERM", `code ${code}: ${await text}`);
    assert.match((await text).replaceAll(runtimeLine, ""), eachLine);
  }
});

test("JSON lines are JSON, each of them", async () => {
  const { stderr } = await run(
    ["start"],
    { UNDERSTUDY_LOG_FORMAT: "json" },
    (process) => process.kill("SIGTERM"),
  );
  const lines = stderr.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.some((line) => line.role === "primary" && line.rendererId > 0));
});

Deno.test("a demo is heard without a controller, by option and by setting", async () => {
  const folder = await Deno.makeTempDir();
  const ways: [string, readonly string[], Readonly<Record<string, string>>][] = [
    ["option", ["start", "keys", "--demo"], {}],
    ["setting", ["start", "keys"], { UNDERSTUDY_DEMO: "on" }],
  ];
  for (const [name, args, environment] of sharedItems("ways to ask for a demo", ways, 2)) {
    const session = `${folder}/${name}.session`;
    const { code, stderr } = await run(
      args,
      { ...environment, UNDERSTUDY_SESSION: session },
      async (process, port) => {
        const client = new UdpClient(`127.0.0.1:${port}`);
        await client.say("/meters", "f", 60);
        const loud = ({ address, args }: OscMessage) =>
          address === "/meters" && args.some((arg) => "value" in arg && Number(arg.value) > 0.02);
        await until("the phrase in the meters", () => client.answers.some(loud));
        await client.close();
        process.kill("SIGTERM");
      },
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /demo: plays a phrase of \d+\.\d s/);
    assert.equal((await run(["render", session])).code, 0);
    const { samples } = await readFloatWav(`${folder}/${name}.wav`);
    assert.ok(samples.some((sample) => Math.abs(sample) > 0.01), name);
  }
  await Deno.remove(folder, { recursive: true });
});

test("OSCQuery is served beside OSC, with the patch that plays, and ends with the program; a second engine on the port is refused", async () => {
  let url = "";
  const ended = await run(["start", "keys"], {}, async (process, port, printed) => {
    url = /OSCQuery on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)![1];
    const info = await (await fetch(`${url}/?HOST_INFO`)).json();
    const value = await (await fetch(`${url}/keys/cutoffHz?VALUE`)).json();
    const second = await run(["start"], { UNDERSTUDY_OSC_PORT: String(port) });
    process.kill("SIGTERM");
    assert.deepEqual([info.OSC_PORT, value], [port, { VALUE: [500] }]);
    assert.equal(second.code, 5);
    assert.match(second.stderr, /understudy: OSC port \d+ on 127\.0\.0\.1 is taken/);
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stderr, eachLine);
  await assert.rejects(fetch(url));
});

Deno.test("each kind of mistake has its exit code, and one sentence with the remedy", async () => {
  const existing = await Deno.makeTempFile();
  const cases: [readonly string[], Record<string, string>, number, RegExp][] = [
    [["strat"], {}, 2, /did you mean "start"/],
    [["start"], { UNDERSTUDY_BLOCK_FRAMES: "7" }, 2, /UNDERSTUDY_BLOCK_FRAMES: expected a multiple of 16/],
    [["start"], { UNDERSTUDY_BLOCK_FRAME: "64" }, 2, /did you mean UNDERSTUDY_BLOCK_FRAMES/],
    [
      ["start"],
      { UNDERSTUDY_OSC_ALLOW: "10.0.0.0/33" },
      2,
      /UNDERSTUDY_OSC_ALLOW: expected networks.*"10.0.0.0\/33"/,
    ],
    [["start", "organ"], {}, 2, /there is no patch "organ"/],
    [["start", "./organ.ts"], {}, 2, /understudy: there is no patch file \.\/organ\.ts\n$/],
    [["start"], { UNDERSTUDY_PATCH: "main.ts" }, 2, /main\.ts:\d+: imports /],
    [["patch", "docs"], {}, 2, /there is no patch "docs"/],
    [["patch", "./docs"], {}, 2, /expected a patch file, found a folder/],
    [["start"], { UNDERSTUDY_DRIVER: "portaudio", UNDERSTUDY_DEVICE: "no such device" }, 3, /no such device/],
    [
      ["start"],
      { UNDERSTUDY_DRIVER: "portaudio", UNDERSTUDY_PORTAUDIO: "/no/lib.so" },
      3,
      /Correct UNDERSTUDY_PORTAUDIO/,
    ],
    [
      ["start"],
      { UNDERSTUDY_CACHE_DIR: `${existing}-cache`, CC: "no-such-compiler" },
      4,
      /apt-get install gcc/,
    ],
    [["start"], { UNDERSTUDY_SESSION: existing }, 6, /exists already/],
    [["render", "/no/such.session"], {}, 6, /there is no session file/],
    [["render", existing], {}, 6, /not a session file/],
  ];
  for (const [args, environment, code, pattern] of sharedItems("mistakes of a user", cases, 5)) {
    const ended = await run(args, environment);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, pattern);
    assert.ok(!ended.stderr.includes("    at "), "no stack for a user's mistake");
  }
  await Deno.remove(existing);
});

Deno.test("help and version go to standard output", async () => {
  const help = await run(["--help"]);
  assert.ok(help.code === 0 && help.stdout.includes("UNDERSTUDY_LOOKAHEAD_BLOCKS") && help.stderr === "");
  assert.match((await run(["--version"])).stdout, /^understudy \d+\.\d+\.\d+ \(deno \d+\.\d+\.\d+\)\n$/);
});

test("a patch file is shown and played like a patch with a name", async () => {
  const file = "examples/patches/drone.ts";
  const shown = await run(["patch", file]);
  assert.ok(shown.code === 0 && shown.stderr === "", shown.stderr);
  assert.match(shown.stdout, /^patch drone: [\s\S]*instrument pad: [\s\S]*compiled in /);
  const played = await run(["start"], { UNDERSTUDY_PATCH: file }, (process) => process.kill("SIGTERM"));
  assert.equal(played.code, 0, played.stderr);
  assert.match(played.stderr, /playing drone on /);
  assert.match(played.stderr, eachLine);
});

test("the doctor measures, and names what is missing with the command that mends it", async () => {
  const { code, stdout } = await run(["doctor"], { UNDERSTUDY_PORTAUDIO: "/no/lib.so" });
  assert.equal(code, 0);
  assert.match(stdout, /MISSING +PortAudio\n +mend: /);
  assert.match(stdout, /callback every 2\.67 ms: 99\.9 % within/);
});

test("without a device the clock keeps time, and says loudly that there is no sound", async () => {
  const { code, stderr } = await run(["start"], {
    UNDERSTUDY_DRIVER: "auto",
    JACK_DEFAULT_SERVER: "none-of-that-name",
  }, (process) => process.kill("SIGTERM"));
  assert.equal(code, 0);
  assert.match(stderr, /NO SOUND|playing sines on (?!clock)/);
});

uses.register("further uses of the program", 2);
