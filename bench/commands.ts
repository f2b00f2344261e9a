/**
 * How many commands a second one sender gets into the log without a limit, while another one sends 50 a second.
 * `deno task bench:commands [SECONDS [RATE…]]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import type { Command } from "../engine/control/control.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { report } from "./report.ts";

const { numberAt, words } = developmentCommand(import.meta.url, { maxWords: Infinity });
const seconds = numberAt(0, 4);
const rates = words.length > 1
  ? words.slice(1).map((_, index) => numberAt(index + 1, 0))
  : [100_000, 200_000, 400_000, 1_000_000];
const bundleCommands = 100;
const quietEveryMs = 20;

async function flood(rate: number): Promise<Record<string, number>> {
  const { engine, lockstep, stop } = await startTestEngine({
    patch: (format) => compilePatch("keys", format),
  });
  await lockstep();
  const bundle = new Array<Command>(bundleCommands).fill({
    kind: "set",
    parameter: 0,
    value: engine.parameters[0].default,
  });
  const counts = { loud: 0, loudRefused: 0, quiet: 0, quietRefused: 0 };
  const submit = (sender: "loud" | "quiet", commands: readonly Command[]) => {
    try {
      engine.submit(commands, undefined, sender);
      counts[sender] += commands.length;
    } catch {
      counts[`${sender}Refused`] += commands.length;
    }
  };
  const startMs = performance.now();
  const elapsedMs = () => performance.now() - startMs;
  for (let nextQuietMs = 0; elapsedMs() < seconds * 1_000;) {
    await new Promise((resume) => setTimeout(resume, 1));
    while ((counts.loud + counts.loudRefused) < elapsedMs() / 1_000 * rate && elapsedMs() < seconds * 1_000) {
      submit("loud", bundle);
    }
    if (elapsedMs() < nextQuietMs) continue;
    nextQuietMs += quietEveryMs;
    submit("quiet", [{ kind: "panic" }]);
  }
  const { concealedFrames, refusedCommands } = engine.status();
  await stop();
  const row = {
    "asked, a second": rate,
    "accepted, a second": Math.round(counts.loud / seconds),
    "of the quiet sender": counts.quiet,
    "refused to it": counts.quietRefused,
    "refused, as /status says": refusedCommands,
    "concealed frames": concealedFrames,
  };
  console.log(row);
  return row;
}

const rows: Record<string, number>[] = [];
for (const rate of rates) rows.push(await flood(rate));
await report("commands", rows);
Deno.exit(0);
