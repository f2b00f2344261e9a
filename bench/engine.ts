/**
 * What a whole engine costs on the clock driver, as its users run it: start, idle, and sixteen voices, from outside the
 * process. `deno task bench:engine [SECONDS]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import { encodePacket } from "../osc/packet/codec.ts";
import { report } from "./report.ts";
import { startProgram, stopProgram } from "./started_program.ts";

const seconds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 10);

/** Processor time of a process so far, in seconds: user and system, in units of 1/100 s. */
function cpuSeconds(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function share(pid: number): Promise<number> {
  const before = cpuSeconds(pid);
  await new Promise((done) => setTimeout(done, seconds * 1_000));
  return (cpuSeconds(pid) - before) / seconds * 100;
}

const rows: Record<string, string | number>[] = [];
const cache = await Deno.makeTempDir();
for (const what of ["start, native part built first", "start, warm", "start, warm"]) {
  const program = await startProgram({ environment: { UNDERSTUDY_CACHE_DIR: cache } });
  rows.push({ what, value: `${program.readyMs.toFixed(0)} ms from the command to playing` });
  await stopProgram(program);
}
await Deno.remove(cache, { recursive: true });
for (const [blockFrames, lookahead] of [[128, 4], [64, 8]]) {
  const program = await startProgram({
    environment: {
      UNDERSTUDY_BLOCK_FRAMES: String(blockFrames),
      UNDERSTUDY_LOOKAHEAD_BLOCKS: String(lookahead),
    },
  });
  const { process: { pid }, port } = program;
  await new Promise((done) => setTimeout(done, 1_000));
  rows.push({
    what: `idle, ${blockFrames} x ${lookahead}`,
    value: `${(await share(pid)).toFixed(1)} % of a core`,
  });
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  for (let number = 40; number < 56; number++) {
    const note = encodePacket({
      address: "/note",
      args: [{ type: "i", value: number }, { type: "f", value: 1 }],
    });
    await socket.send(note, { transport: "udp", hostname: "127.0.0.1", port });
  }
  rows.push({
    what: `16 voices, ${blockFrames} x ${lookahead}`,
    value: `${(await share(pid)).toFixed(1)} % of a core`,
  });
  socket.close();
  await stopProgram(program);
}
await report("engine", rows);
