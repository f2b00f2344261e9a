/**
 * Kills everything that plays, again and again, and starts it from its state: how long until it sounds, and whether
 * anything is lost or left behind.
 *
 *     deno task bench:restart [RUNS] [SECONDS between the start and the kill, 11 by default]
 *
 * A start that ends within 10 s counts against its journal, so shorter runs end with the third.
 */
import { developmentCommand } from "../testing/development_command.ts";
import { median } from "./median.ts";
import { report } from "./report.ts";

const { numberAt } = developmentCommand(import.meta.url, { maxWords: 2 });
const [runs, lifeSeconds] = [numberAt(0, 5), numberAt(1, 11)];
const root = new URL("..", import.meta.url);
const folder = await Deno.makeTempDir({ prefix: "understudy-restart-" });
const sharedMemories = () => [...Deno.readDirSync("/dev/shm")].length;
const before = sharedMemories();

/** Starts the program; resolves with the milliseconds to each of the events in its log, in their order. */
async function start(events: readonly RegExp[]) {
  const startedMs = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "main.ts", "start", "keys"],
    cwd: root,
    env: {
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: "off",
      UNDERSTUDY_STATE: folder,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const timesMs: number[] = [];
  for (const event of events) {
    while (!event.test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the process ended: ${text}`);
      text += value;
    }
    timesMs.push(performance.now() - startedMs);
  }
  const kill = async () => {
    process.kill("SIGKILL");
    while (!(await reader.read()).done);
    await process.status;
  };
  return { kill, timesMs, text };
}

const first = await start([/the state is kept/]);
await new Promise((done) => setTimeout(done, 2_000));
await first.kill();
const soundMs: number[] = [];
let gone = 0;
for (let run = 0; run < runs; run++) {
  const { kill, timesMs, text } = await start([
    / playing /,
    /goes on from the state|starts afresh/,
    /the state is kept/,
  ]);
  if (/goes on from the state/.test(text)) gone++;
  soundMs.push(timesMs[0]);
  await new Promise((done) => setTimeout(done, lifeSeconds * 1_000));
  await kill();
}
const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort().join(" ");
await report("restart", [{
  kills: runs,
  "went on with the state": gone,
  "median ms to sound": Math.round(median(soundMs)),
  "worst ms to sound": Math.round(Math.max(...soundMs)),
  "left in the folder": left,
  "left in /dev/shm": sharedMemories() - before,
}]);
await Deno.remove(folder, { recursive: true });
