/**
 * The program in processes, as a user meets it.
 *
 * Needs real time: its processes are killed, and must be back within the patience of the test.
 */
import assert from "node:assert/strict";
import { enterRun } from "../../cli/control_process.ts";
import { fixed } from "../../engine/memory/layout.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { ProgramInProcesses } from "../../testing/engine/program_in_processes.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { until } from "../../testing/until.ts";

/** Runs the program, and asserts that it leaves nothing behind. */
async function withProgram(work: (program: ProgramInProcesses) => Promise<void>): Promise<void> {
  const program = await ProgramInProcesses.start({ patch: "keys" });
  try {
    await work(program);
  } catch (cause) {
    await program.stop();
    throw new Error(program.output, { cause });
  }
  await until("nothing is left of it", () => program.leftovers().length === 0);
}

Deno.test("a control process that is lost is back, with values, waiting commands and renderers", () =>
  withProgram(async (program) => {
    const client = new UdpClient(`127.0.0.1:${program.port}`);
    await client.ask("/master/gainDb", "f", -7.5);
    const renderers = ["primary", "standby", "spare"] as const;
    await until("all roles are filled", () => renderers.every((role) => program.pidOf(role) !== undefined));
    const before = renderers.map((role) => program.pidOf(role));
    const first = program.pidOf("control");
    await program.signal("control", "SIGKILL");
    await until("another has taken over", () => program.epochInControl === 2);
    assert.notEqual(program.pidOf("control"), first);
    await until("it answers", () => /ready: OSC[^]*ready: OSC/.test(program.output));
    assert.deepEqual(
      renderers.map((role) => program.pidOf(role)),
      before,
      "renderers play on in their roles",
    );
    assert.deepEqual(await client.ask("/get", "s", "/master/gainDb"), [
      "/get.reply /master/gainDb -7.5",
      "/done /get",
    ]);
    await client.ask("/master/gainDb", "f", -3);
    await client.close();
    assert.equal(program.memory.counter("concealedFrames"), 0);
    assert.equal(await program.stop(), 0);
  }));

Deno.test("a control process that stands still is ended, and the next takes over; the launcher says so", () =>
  withProgram(async (program) => {
    await program.signal("control", "SIGSTOP");
    await until("another has taken over", () => program.epochInControl === 2);
    assert.match(program.output, /the control process hangs; it is ended/);
    assert.equal(program.memory.counter("concealedFrames"), 0);
    assert.equal(await program.stop(), 0);
  }));

Deno.test("when launcher and control process are killed, every other process ends by itself and removes the run", () =>
  withProgram(async (program) => {
    // stopped first, so that none of the two can do anything about the end of the other
    Deno.kill(program.pid, "SIGSTOP");
    const control = program.pidOf("control")!;
    Deno.kill(control, "SIGSTOP");
    Deno.kill(program.pid, "SIGKILL");
    Deno.kill(control, "SIGKILL");
    await program.ended;
  }));

Deno.test("when the launcher alone is killed, the control process ends everything in order", () =>
  withProgram(async (program) => {
    Deno.kill(program.pid, "SIGKILL");
    await program.ended;
    await until("the sound has faded out", () => program.memory.words[fixed.callback.ended.index] === 1);
  }));

Deno.test("a start that fails ends with its own exit code, and is not tried again", async () => {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  const { code, output } = await ProgramInProcesses.fail({
    patch: "sines",
    environment: { UNDERSTUDY_OSC_PORT: String(port) },
  });
  socket.close();
  assert.equal(code, 5, output);
  assert.doesNotMatch(output, /control process was lost/);
});

Deno.test("a control process learns from its launcher which run it belongs to", async () => {
  const { native } = await nativeForTests();
  Deno.env.set("_UNDERSTUDY_RUN", "/tmp/understudy-run-1-2-3");
  Deno.env.set("_UNDERSTUDY_EPOCH", "4");
  try {
    const { folder, stage, epoch } = enterRun(native, "/stage");
    assert.deepEqual([folder.path, stage, epoch], ["/tmp/understudy-run-1-2-3", "/stage", 4]);
    assert.equal(folder.memory, "/dev/shm/understudy-run-1-2-3.memory");
  } finally {
    Deno.env.delete("_UNDERSTUDY_RUN");
    Deno.env.delete("_UNDERSTUDY_EPOCH");
  }
});
