/** Patch files of unknown origin: whatever they do, evaluating them ends in a graph or in one clear line. */
import assert from "node:assert/strict";
import { type EvaluateOptions, evaluatePatch } from "../../../patches/loading/evaluate_patch.ts";
import { sines } from "../../../patches/ready/sines.ts";
import { decodeGraph } from "../../../compiler/graph/checked_graph.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { sharedItems } from "../../../testing/share.ts";
import { until } from "../../../testing/until.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

/** Time for what ends by itself, in milliseconds: more than the slowest machine needs. */
const timeLimitMs = 120_000;

const folder = await Deno.makeTempDir({ prefix: "understudy-patches-" });
const modulesUrl = new URL("../../../modules/mod.ts", import.meta.url).href;
const secret = `${folder}/secret.txt`;
const planted = `${folder}/planted.txt`;

async function fileOf(name: string, source: string): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.writeTextFile(path, source);
  return path;
}

async function errorOf(name: string, source: string, options: EvaluateOptions = {}): Promise<string> {
  const path = await fileOf(name, source);
  const error = await evaluatePatch(path, testFormat, { timeLimitMs, ...options }).then(
    () => assert.fail(`${name} was loaded`),
    (error) => error,
  );
  assert.ok(error instanceof PatchError, String(error));
  assert.ok(error.message.includes(name), `names the file: ${error.message}`);
  assert.ok(!error.message.includes("\n") && error.message.length < 1_000, "one line");
  assert.ok(!error.message.includes("evaluate_child"), `nothing of ours: ${error.message}`);
  return error.message;
}

/** Processes that evaluate something of this test's folder. */
function childrenAlive(): number {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(`${folder}/`);
    } catch {
      return false; // it has just ended
    }
  }).length;
}

const patch = (body: string) =>
  `import { adsr, definePatch, gain, instrument, sine } from "understudy";
${body}`;

const whole = (voice: string, options = "") =>
  patch(`export default definePatch({
  name: "test",
  parameters: {},
  instruments: {
    one: instrument({
      ${options}
      parameters: {},
      voice: ({ frequencyHz, gate, trigger }) => {
        ${voice}
        return { output: sine({ frequencyHz }), envelope: adsr({ gate, trigger }) };
      },
    }),
  },
  output: ({ one }) => one,
});
`);

/** What a patch file may try, and what is said about it. */
const bad: Readonly<Record<string, readonly [source: string, expected: RegExp]>> = {
  "throws at load": ["const a = 1;\nthrow new Error('out of tune');", /^bad\.ts:2: Error: out of tune$/],
  "throws inside build": [whole("throw new Error('no voice');"), /^bad\.ts:10: (Error: )?no voice$/],
  "a value out of range": [
    whole("sine({ frequencyHz: -7 });"),
    /sine: frequencyHz \(bad\.ts:10\): expected .* found -7/,
  ],
  "a wrong option of an instrument": [whole("", "voices: 0,"), /one.*voices: expected 1 to 4096, found 0/],
  "throws a string": ["throw 'words'", /threw words/],
  "throws null": ["throw null", /threw an object/],
  "throws a book": [
    "throw new Error('page '.repeat(1e6))",
    /^bad\.ts:1: Error: page page .* \.\.\.$/,
  ],
  "a message that moves the cursor": ["throw new Error('\\x1b[2Jhello\\r')", /^bad\.ts:1: Error: \[2Jhello$/],
  "throws later": [
    "setTimeout(() => { throw new Error('in a timer') }, 1); await new Promise((d) => setTimeout(d, 500));",
    /^bad\.ts:1: Error: in a timer/,
  ],
  "rejects beside": [
    "Promise.reject(new Error('beside')); await new Promise((d) => setTimeout(d, 500));",
    /^bad\.ts:1: Error: beside/,
  ],
  "recurses without end": [
    "const f = (): unknown => [f()]; f();",
    /^bad\.ts:1: RangeError: Maximum call stack/,
  ],
  "no default export": [
    patch("export const x = 1;"),
    /expected `export default definePatch.*found no default export/,
  ],
  "a number for a patch": ["export default 7;", /expected `export default definePatch.*found 7/],
  "an object for a patch": ["export default { name: 'x' };", /found an object without `build`/],
  "builds a number": ["export default { build: () => 7 };", /expected `build` to give a patch, found 7/],
  "builds nothing": [
    "export default { build: () => undefined };",
    /expected `build` to give a patch, found undefined/,
  ],
  "builds something else": ["export default { build: () => ({}) };", /expected a patch; name: /],
  "builds a circle": ["const a: any = {}; a.a = a; export default { build: () => a };", /circular/],
  "a getter that throws": [
    "export default { get build() { throw new Error('gotcha') } };",
    /bad\.ts:1: Error: gotcha/,
  ],
  "signals made at load": [
    patch("sine({ frequencyHz: 7 });"),
    /bad\.ts:2: TypeError: signals are made inside/,
  ],
  "a syntax error": [
    "import { sine } from 'understudy';\nconst a = ;\n",
    /^bad\.ts:2: syntax error: Expression expected$/,
  ],
  "a name that is not there": [
    "import { trombone } from 'understudy';\nexport default trombone;",
    /trombone/,
  ],
  "an empty file": ["", /found no default export/],
  "reads a file": [
    `Deno.readTextFileSync("${secret}")`,
    /^bad\.ts:1: asks for read access to ".*secret\.txt", which a patch file does not get$/,
  ],
  "reads by node": [
    `import { readFileSync } from "node:fs"; readFileSync("${secret}");`,
    /asks for read access/,
  ],
  "reads the environment": ["Deno.env.toObject()", /^bad\.ts:1: asks for env access/],
  "writes a file": [`Deno.writeTextFileSync("${planted}", "x")`, /asks for write access/],
  "makes a temporary file": ["Deno.makeTempFileSync()", /asks for write access/],
  "calls the network": [
    "await fetch('http://127.0.0.1:57130/')",
    /asks for net access to "127\.0\.0\.1:57130"/,
  ],
  "listens": ["Deno.listen({ port: 0 })", /asks for net access/],
  "runs a program": ["new Deno.Command('/bin/true').outputSync()", /asks for run access/],
  "forks": ["import { fork } from 'node:child_process'; fork(import.meta.filename!);", /asks for/],
  "loads a library": ["Deno.dlopen('libc.so.6', {})", /asks for ffi access/],
  "signals its parent": ["Deno.kill(Deno.ppid, 'SIGKILL')", /asks for run access/],
  "asks for rights": [
    "if ((await Deno.permissions.request({ name: 'read' })).state !== 'granted') throw new Error('denied')",
    /denied/,
  ],
  "starts a thread": ["new Worker(import.meta.url, { type: 'module' })", /Worker is not defined/],
  "imports from the network": [
    "import 'https://example.com/x.ts'",
    /^bad\.ts:1: imports "https:\/\/example\.com\/x\.ts"; a patch file stands alone, and imports from "understudy" only$/,
  ],
  "imports a package": [
    "import 'npm:left-pad@1.3.0'",
    /^bad\.ts:1: imports a package; a patch file stands alone/,
  ],
  "imports a package of ours": ["import 'zod'", /^bad\.ts:1: imports a package/],
  "imports a bare name": ["import '@std/assert'", /^bad\.ts:1: imports "@std\/assert"/],
  "imports a file beside it": [
    "import './good.ts'",
    /^bad\.ts:1: imports ".*good\.ts"; a patch file stands alone/,
  ],
  "imports a file later": [
    "await import('./good.ts')",
    /^bad\.ts:1: imports ".*good\.ts"; a patch file stands alone/,
  ],
  "imports what does not exist, and does not use it": [
    `import { instrumnt } from "understudy"; export default 7;`,
    /^bad\.ts:1: "understudy" has no instrumnt; did you mean instrument\?$/,
  ],
  "exits": ["Deno.exit(0)", /ended by itself before it gave a patch/],
  "exits with a code": ["Deno.exit(3)", /ended by itself \(exit code 3\)/],
  "aborts": ["import process from 'node:process'; process.abort();", /ended by itself \(SIGABRT\)/],
  "waits for nothing": [
    "await new Promise(() => {})",
    /waits at its top level for something that never comes/,
  ],
  "forges an answer": [
    `Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ graph: "{}" }) + "\\n")); Deno.exit(0);`,
    /expected a patch; name: /,
  ],
  "pollutes prototypes": [
    "(Object.prototype as any).toJSON = () => 7; JSON.stringify = () => '{}'; export default 7;",
    /nonsense/,
  ],
  "prints megabytes": [
    "const b = new Uint8Array(65_536); for (;;) Deno.stdout.writeSync(b);",
    /gave more than 32 MiB/,
  ],
};

for (const [what, [source, expected]] of sharedItems("faults of patch files", Object.entries(bad), 8)) {
  Deno.test(`a patch file with this fault is one clear line: ${what}`, async () => {
    await Deno.writeTextFile(secret, "secret");
    assert.match(await errorOf("bad.ts", source), expected);
    assert.equal(childrenAlive(), 0);
  });
}

/** Writes this text as if it were the graph that the file gives; it may be made of an expression. */
const answers = (graph: string) => `
const text = new TextEncoder().encode('\\n{"graph":' + JSON.stringify(${graph}) + "}\\n");
for (let at = 0; at < text.length;) at += Deno.stdout.writeSync(text.subarray(at));
Deno.exit(0);`;

const withTables = (tables: string) =>
  `'{"name":"x","parameters":[],"instruments":[],"main":{"uses":[],"nodes":[],"states":[],"lines":[],"tables":[' + ${tables} + '],"outputs":[]},"channels":2}'`;

/** Which of the two is a matter of the memory that a runtime needs. */
const refused = /expected a patch|gave more than can be checked/;

/** Answers that cost more to check than they cost to write. */
const bombs: Readonly<Record<string, readonly [source: string, expected: RegExp]>> = {
  "a hundred tables of lists": [
    answers(withTables(`Array(100).fill("[" + "[],".repeat(60_000) + "0]").join(",")`)),
    /expected a patch; main\.tables\.0\.0: /,
  ],
  "ten tables of a million lists": [
    answers(withTables(`Array(10).fill("[" + "[],".repeat(1_000_000) + "0]").join(",")`)),
    refused,
  ],
  "a million and a half unknown names": [
    answers(`"{" + Array.from({ length: 1_500_000 }, (_, i) => '"k' + i + '":0').join(",") + "}"`),
    /expected a patch; the whole: expected at most 64 fields|gave more than can be checked/,
  ],
  "five million lists in each other": [answers(`"[".repeat(5_000_000)`), refused],
  "fifteen million numbers": [
    answers(withTables(`"[" + "0,".repeat(15_000_000) + "0]"`)),
    /main\.tables\.0: expected at most 1048576 elements, found 15000001/,
  ],
  "a wrong list of thirty million characters": [
    answers(`'"' + "x".repeat(30_000_000) + '"'`),
    /expected a patch/,
  ],
};

for (
  const [what, [source, expected]] of sharedItems("answers that cost much to check", Object.entries(bombs), 6)
) {
  Deno.test(`an answer that costs much to check is one clear line, and costs this process nothing: ${what}`, async () => {
    const before = Deno.memoryUsage().heapUsed;
    assert.match(await errorOf("bad.ts", source), expected);
    // this process passes the answer on; to have parsed it would take hundreds of MiB
    assert.ok(Deno.memoryUsage().heapUsed - before < 64 * 2 ** 20);
    assert.equal(childrenAlive(), 0);
  });
}

Deno.test("an answer beyond the limit is stopped, and one of the largest tables that may be passes", async () => {
  const largest = `"[" + Array(2 ** 20).fill("-1.2345678806304932e-38").join(",") + "]"`;
  assert.match(await errorOf("bad.ts", answers(withTables(largest))), /output: expected 1 outputs, found 0/);
  assert.match(await errorOf("bad.ts", answers(`"x".repeat(33 * 2 ** 20)`)), /gave more than 32 MiB/);
});

/** Ways to store something, and what a file is told. */
const stores: Readonly<Record<string, string>> = {
  "in the cache": `const store = await caches.open("x");
    await store.put(new Request("http://a/b"), new Response(new Uint8Array(5e7)));`,
  "in the local storage": "localStorage.setItem('n', 'left for the next');",
  "in the session storage": "sessionStorage.setItem('n', 'left for the next');",
};

for (const [what, source] of sharedItems("places where a patch file may store", Object.entries(stores), 3)) {
  Deno.test(`a patch file stores nothing: ${what}`, async () => {
    assert.match(await errorOf("bad.ts", source), /is not defined/);
  });
}

Deno.test("an evaluation ends with the process that started it, whatever it waits for", async () => {
  const path = await fileOf("bad.ts", "setInterval(() => {}, 1_000); await new Promise(() => {});");
  const starter = `import { evaluatePatch } from ${
    JSON.stringify(new URL("../../../patches/loading/evaluate_patch.ts", import.meta.url).href)
  };
await evaluatePatch(${JSON.stringify(path)}, ${JSON.stringify(testFormat)}, { timeLimitMs: 600_000 });`;
  const program = await fileOf("starter.ts", starter);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", "--config", config, program],
    stdout: "null",
    stderr: "null",
  }).spawn();
  // the starter and the evaluation name files of this folder
  await until("the evaluation to run", () => childrenAlive() >= 2);
  process.kill("SIGKILL");
  await process.status;
  await until("the evaluation to have ended", () => childrenAlive() === 0);
  await Deno.remove(program);
});

/** What never ends by itself. */
const endless: Readonly<Record<string, string>> = {
  "loops": "for (;;);",
  "loops and ignores signals": "Deno.addSignalListener('SIGTERM', () => {}); for (;;);",
  "matches without end": "/(a+)+$/.test('a'.repeat(50) + 'b')",
  "sleeps": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  "waits with a timer": "setInterval(() => {}, 1_000); await new Promise(() => {});",
  "loops inside build": whole("for (;;);"),
};

for (const [what, source] of sharedItems("patch files that never end", Object.entries(endless), 3)) {
  Deno.test(`a patch file that never ends is stopped: ${what}`, async () => {
    assert.match(await errorOf("bad.ts", source, { timeLimitMs: 700 }), /was not done after 0\.7 s/);
    assert.equal(childrenAlive(), 0);
  });
}

/** What eats memory. Under load the limit of time may come first. */
const hungry: Readonly<Record<string, string>> = {
  "arrays": "const a = []; for (;;) a.push(new Array(1_000).fill({}));",
  "objects": "let a: unknown = {}; for (;;) a = { a, b: {} };",
  "strings":
    "const a = []; for (let i = 0;; i++) a.push(`${i}${'x'.repeat(i % 1_000)}`.split('').join('-'));",
  "typed arrays": "const a = []; for (;;) a.push(new Float64Array(1e6).fill(1));",
  "WebAssembly": "const a = []; for (;;) a.push(new WebAssembly.Memory({ initial: 1_000 }));",
  "threads": "import { Worker } from 'node:worker_threads'; for (;;) new Worker(new URL(import.meta.url));",
};

for (const [what, source] of sharedItems("patch files that eat memory", Object.entries(hungry), 6)) {
  Deno.test(`a patch file that eats memory is stopped: ${what}`, async () => {
    const text = await errorOf("bad.ts", source, { timeLimitMs: 8_000 });
    assert.match(text, /needed more memory|could not allocate memory|allocation failed|was not done after/);
    assert.equal(childrenAlive(), 0);
  });
}

Deno.test("nothing is left behind, and nothing was planted", async () => {
  await assert.rejects(Deno.stat(planted), Deno.errors.NotFound);
  const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(left.filter((name) => name !== "bad.ts" && name !== "secret.txt"), []);
});

const good = whole("");

Deno.test("what a file gives is what the same patch gives in this process", async () => {
  const source = await Deno.readTextFile(new URL("../../../patches/ready/sines.ts", import.meta.url));
  const path = await fileOf(
    "sines.ts",
    source.replaceAll(/"(\.\.\/)+modules\/.*"/g, '"understudy"').replace(
      "export const sines =",
      "export default",
    ),
  );
  const graph = decodeGraph(await evaluatePatch(path, testFormat, { timeLimitMs }));
  assert.deepEqual(graph, sines.build(testFormat));
  assert.deepEqual(
    compileGraph(graph, testFormat).wasm,
    (compileGraph(sines.build(testFormat), testFormat)).wasm,
  );
});

Deno.test("a patch is built for the format that is asked for", async () => {
  const path = await fileOf(
    "input.ts",
    patch(`export default definePatch({
      name: "through", instruments: {}, parameters: {}, output: (_buses, _parameters, input) => input,
    });`),
  );
  const ops = async (inputChannels: number) =>
    decodeGraph(await evaluatePatch(path, { ...testFormat, inputChannels }, { timeLimitMs }))
      .main.nodes.map(({ op }) => op);
  assert.deepEqual(await ops(2), ["input"]);
  assert.deepEqual(await ops(0), ["constant"]);
});

Deno.test("names of files may be anything", async () => {
  const names = ["my organ (1) [ü] %20 #?.ts", "a'b\"c $HOME;.ts", "-x.ts"];
  for (const name of sharedItems("strange names of patch files", names, 3)) {
    assert.equal((await evaluatePatch(await fileOf(name, good), testFormat, { timeLimitMs })).name, "test");
    const text = await errorOf(name, "\n\nthrow new Error('third line')");
    assert.equal(text, `${name}:3: Error: third line`);
  }
});

Deno.test("a file may import the modules by their path, and print for its author", async () => {
  const printed: string[] = [];
  const path = await fileOf(
    "prints.ts",
    `${good.replace('"understudy"', `"${modulesUrl}"`)}console.log("cutoff", 3, "\\x1b[31mred");`,
  );
  const graph = await evaluatePatch(path, testFormat, {
    timeLimitMs,
    onPrint: (text) => printed.push(text),
  });
  assert.equal(graph.name, "test");
  assert.deepEqual(printed, ["cutoff 3 [31mred"]);
});

Deno.test("what a patch writes to its output, and what it leaves running, does not matter once it is built", async () => {
  const path = await fileOf(
    "noisy.ts",
    `${good}Deno.stdout.writeSync(new TextEncoder().encode("hello {"));\nsetInterval(() => {}, 10);`,
  );
  assert.equal((await evaluatePatch(path, testFormat, { timeLimitMs })).name, "test");
  assert.equal(childrenAlive(), 0);
});

Deno.test("the environment does not reach a patch, and nothing else that could steer the child", async () => {
  const path = await fileOf("env.ts", `${good}`);
  const names = ["DENO_V8_FLAGS", "NODE_OPTIONS", "DENO_AUTH_TOKENS"];
  names.forEach((name) => Deno.env.set(name, "--nonsense"));
  try {
    assert.equal((await evaluatePatch(path, testFormat, { timeLimitMs })).name, "test");
  } finally {
    names.forEach((name) => Deno.env.delete(name));
  }
});

Deno.test("what is no patch file is said to be none", async () => {
  const message = async (path: string) => {
    const error = await evaluatePatch(path, testFormat).catch((error) => error);
    assert.ok(error instanceof PatchError, String(error));
    return error.message;
  };
  await Deno.mkdir(`${folder}/folder.ts`);
  assert.match(await message(`${folder}/missing.ts`), /there is no patch file .*missing\.ts/);
  assert.match(await message(`${folder}/folder.ts`), /folder\.ts: expected a patch file, found a folder/);
  assert.match(
    await message(await fileOf("a,b.ts", good)),
    /a,b\.ts: a path with a comma cannot be read; rename it/,
  );
  assert.match(await message("/dev/null"), /expected a patch file, found something else/);
});

Deno.test("a patch that would need too much memory to play says what for", async () => {
  const source = whole("", "voices: 4_000,").replace(
    "output: sine({ frequencyHz })",
    "output: delay({ input: sine({ frequencyHz }), maximumSeconds: 5 })",
  ).replace("adsr,", "adsr, delay,");
  assert.match(
    await errorOf("bad.ts", source),
    /needs \d+ MiB of memory, at most 256 are possible; the most, \d+ MiB, is for one: delay lines: shorten delays or have fewer voices/,
  );
});

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
