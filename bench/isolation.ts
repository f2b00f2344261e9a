/**
 * What it costs to give renderers, stage and control processes of their own: memory, idle processor time, and the time from the
 * start to the first answer.
 *
 *     deno run -A bench/isolation.ts [SECONDS]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { until } from "../testing/until.ts";

const seconds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 5);
const root = new URL("../", import.meta.url).pathname;
const ticksPerSecond = 100;

for (const isolation of ["threads", "processes"]) {
  const startMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check"],
      ...["env", "ffi", "read", "write", "run", "net", "sys"].map((name) => `--allow-${name}`),
      ...[`${root}main.ts`, "start", "keys"],
    ],
    env: {
      UNDERSTUDY_ISOLATION: isolation,
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_CACHE_DIR: `${root}build/native-tests`,
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: "0",
      UNDERSTUDY_MIDI: "off",
      UNDERSTUDY_MDNS: "off",
    },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  const read = (async () => {
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) text += part;
  })();
  await until("it is ready", () => text.includes("ready: OSC"));
  const readyMs = performance.now() - startMs;
  await until("it has settled", () => performance.now() - startMs > readyMs + 3_000);
  const all = family(child.pid);
  const before = all.reduce((sum, pid) => sum + ticksOf(pid), 0);
  const fromMs = performance.now();
  await until("time has passed", () => performance.now() - fromMs > seconds * 1_000);
  const used = all.reduce((sum, pid) => sum + ticksOf(pid), 0) - before;
  const share = used / ticksPerSecond / ((performance.now() - fromMs) / 1_000) * 100;
  const mebibytes = all.reduce((sum, pid) => sum + proportionalKib(pid), 0) / 1_024;
  console.log(
    `${isolation}: ${all.length} processes, ${mebibytes.toFixed(0)} MiB, ${
      share.toFixed(1)
    } % of a core idle, ` +
      `ready after ${readyMs.toFixed(0)} ms`,
  );
  child.kill("SIGTERM");
  await child.status;
  await read;
}

/** A process and all that it has started, as far as they live. */
function family(pid: number): number[] {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ");
  const threads = [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
    name === String(pid) ? [] : Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim().split(" ")
  );
  return [
    pid,
    ...[...children, ...threads].filter((text) => text !== "").flatMap((text) => family(Number(text))),
  ];
}

function ticksOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Its memory, shared pages divided among those who share them. */
function proportionalKib(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}
