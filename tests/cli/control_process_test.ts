/**
 * The program in processes, as a user meets it.
 *
 * Needs real time: its processes are killed, and must be back within the patience of the test.
 */
import { exists } from "../../foundation/exists.ts";
import assert from "node:assert/strict";
import { enterRun } from "../../cli/control_process.ts";
import { ControlPhase, fixed } from "../../engine/memory/layout.ts";
import { blocksBetween } from "../../engine/memory/shared_memory.ts";
import { orderIndex, reportFieldIndex } from "../../engine/memory/seats.ts";
import { saveQuarantined } from "../../engine/run/quarantine_file.ts";
import { SessionReader } from "../../engine/session/session_reader.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { faultCode } from "../../engine/supervisor/fault_code.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { processesWith, ProgramInProcesses } from "../../testing/engine/program_in_processes.ts";
import { scrape } from "../../testing/osc/scrape.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { sharedItems, SharedTests } from "../../testing/share.ts";
import { until } from "../../testing/until.ts";

/** Runs the program, and asserts that it leaves nothing behind. */
async function withProgram(
  work: (program: ProgramInProcesses) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const program = await ProgramInProcesses.start({ patch: "keys", environment });
  try {
    await work(program);
  } catch (cause) {
    await program.stop().catch(() => {}); // it may have ended
    throw new Error(program.output, { cause });
  }
  await until("nothing is left of it", () => program.leftovers().length === 0);
}

/** Losses of which each costs a program of its own: a run has a share of them, beside those that every run has. */
const losses = new SharedTests();
const test = losses.add;

/** Where the control process that started last serves HTTP. */
function queryUrl({ output }: ProgramInProcesses): string {
  return [...output.matchAll(/OSCQuery on (http:\/\/\S+)/g)].at(-1)![1];
}

Deno.test("a control process that is lost is back, with values, waiting commands and renderers", () =>
  withProgram(async (program) => {
    const client = new UdpClient(`127.0.0.1:${program.port}`);
    await client.ask("/master/gainDb", "f", -7.5);
    const renderers = ["primary", "standby", "spare"] as const;
    await until("all roles are filled", () => renderers.every((role) => program.pidOf(role) !== undefined));
    const before = renderers.map((role) => program.pidOf(role));
    await client.ask("/notify", "i", 1);
    const first = program.pidOf("control");
    const { listeners } = program.folder;
    await until(
      "its subscription is kept",
      () => exists(listeners) && /"notifications":\["/.test(Deno.readTextFileSync(listeners)),
    );
    const metrics = await scrape(queryUrl(program));
    await program.signal("control", "SIGKILL");
    await until("another has taken over", () => program.epochInControl === 2);
    assert.notEqual(program.pidOf("control"), first);
    await until("it answers", () => /ready: OSC[^]*ready: OSC/.test(program.output));
    assert.deepEqual(
      renderers.map((role) => program.pidOf(role)),
      before,
      "renderers play on in their roles",
    );
    await until("its listener is told", () => client.heard("/event/control").length > 0);
    assert.deepEqual(client.heard("/event/control"), ["/event/control 2"]);
    assert.deepEqual(await client.ask("/get", "s", "/master/gainDb"), [
      "/get.reply /master/gainDb -7.5",
      "/done /get",
    ]);
    await client.ask("/master/gainDb", "f", -3);
    await client.close();
    const later = await scrape(queryUrl(program));
    const kept =
      /^understudy_(callbacks|frames|rescued_blocks|host_xruns|lost_frames)|^understudy_callback_.*(bucket|sum|count)/;
    for (const [series, value] of metrics) {
      if (kept.test(series)) assert.ok((later.get(series) ?? value) >= value, `${series} fell from ${value}`);
    }
    assert.ok(later.get("understudy_callbacks_total")! > metrics.get("understudy_callbacks_total")!);
    assert.deepEqual(
      [metrics, later].map((scraped) => scraped.get("understudy_control_restarts_total")),
      [0, 1],
    );
    assert.equal(program.memory.counter("concealedFrames"), 0);
    assert.equal(await program.stop(), 0);
  }));

test("a control process that stands still is ended, and the next takes over; the launcher says so in the log's format", () =>
  withProgram(async (program) => {
    await program.signal("control", "SIGSTOP");
    await until("another has taken over", () => program.epochInControl === 2);
    assert.equal(program.memory.counter("concealedFrames"), 0);
    assert.equal(await program.stop(), 0);
    const lines = program.output.trimEnd().split("\n").map((line) => JSON.parse(line));
    const lost = lines.findIndex(({ message }) => message === "the control process hangs; it is ended");
    assert.match(
      lines[lost + 1].message,
      /^the control process was lost \(signal 9, Killed\); the sound goes on, another one starts /,
    );
    assert.equal(lines[lost].level, "warning");
    assert.ok(Math.abs(Date.parse(lines[lost].time) - Date.parse(lines[lost + 2].time)) < 60_000);
  }, { UNDERSTUDY_LOG_FORMAT: "json" }));

test("a control process that stands still cannot hold up the end: the second signal ends everything", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, "for (;;);");
  const program = ProgramInProcesses.unready({ patch: file });
  const commandOf = (pid: number) => Deno.readTextFileSync(`/proc/${pid}/cmdline`);
  const childOf = (pid: number) =>
    Number(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ")[0]);
  await until("it is the launcher", () => commandOf(program.pid).startsWith("understudy\0launch\0"));
  let control = 0;
  await until("the patch is evaluated", () => {
    try {
      control = childOf(program.pid);
      return commandOf(childOf(control)).includes("evaluate_child");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false; // a process that prepares the start, and has ended
      throw error;
    }
  });
  Deno.kill(control, "SIGSTOP");
  program.kill("SIGTERM");
  program.kill("SIGINT"); // two of one kind at once would count as one
  assert.equal((await program.status).code, 137);
  await Deno.remove(file);
});

test("a run whose folder is removed goes on, and patches with samples come and go", () =>
  withProgram(async (program) => {
    const client = new UdpClient(`127.0.0.1:${program.port}`);
    await Deno.remove(program.folder.path, { recursive: true });
    const { rendererStart } = program.folder;
    await until("it is made again", () => exists(rendererStart));
    for (const part of ["primary", "standby"] as const) {
      const lost = program.pidOf(part);
      await program.signal(part, "SIGKILL");
      await until(
        "three play",
        () =>
          (["primary", "standby", "spare"] as const).every((role) =>
            ![undefined, lost].includes(program.pidOf(role))
          ),
      );
    }
    for (const patch of ["sampler", "keys", "sampler"]) {
      assert.deepEqual(
        (await client.ask("/patch/load", "s", patch)).at(-1),
        "/done /patch/load",
        program.output,
      );
    }
    await program.signal("control", "SIGKILL");
    await until("another has taken over", () => program.epochInControl === 2);
    assert.equal(program.memory.counter("concealedFrames"), 0);
    await client.close();
    assert.equal(await program.stop(), 0);
  }));

test("what a lost control process had begun besides the sound ends with it", () =>
  inFolder(async (folder) => {
    const file = `${folder}/endless.ts`;
    await Deno.writeTextFile(file, "for (;;);");
    await withProgram(async (program) => {
      const client = new UdpClient(`127.0.0.1:${program.port}`);
      client.say("/patch/load", "s", file);
      await until("the patch is evaluated", () => processesWith(file).length > 0);
      await program.signal("control", "SIGKILL");
      await until("nothing evaluates it", () => processesWith(file).length === 0);
      await until("another has taken over", () => program.epochInControl === 2);
      assert.equal(program.memory.counter("concealedFrames"), 0);
      await client.close();
      assert.equal(await program.stop(), 0);
    }, { UNDERSTUDY_PATCH_FOLDER: folder });
  }));

test("a control process that is lost while it stops is followed by no other one", () =>
  withProgram(async (program) => {
    const client = new UdpClient(`127.0.0.1:${program.port}`);
    client.say("/quit", "");
    const { phase } = fixed.controlProcess;
    await until("it stops", () => program.memory.words[phase.index] === ControlPhase.ended);
    await program.signal("control", "SIGKILL");
    await program.ended;
    await client.close();
    assert.doesNotMatch(program.output, /it starts again/);
  }));

test("the sound outlives a recording that is gone and a folder that cannot be written", () =>
  inFolder(async (folder) => {
    const session = `${folder}/gone.session`;
    await withProgram(async (program) => {
      const client = new UdpClient(`127.0.0.1:${program.port}`);
      await Deno.remove(session);
      await Deno.mkdir(`${program.folder.parameters}.new`); // so no file can be written beside
      await client.ask("/master/gainDb", "f", -7.5);
      await until("it is said", () => program.output.includes("cannot be kept for the next control process"));
      assert.equal(program.epochInControl, 1);
      await Deno.remove(`${program.folder.parameters}.new`);
      await program.signal("control", "SIGKILL");
      await until("another has taken over", () => program.epochInControl === 2);
      const told = /cannot go on recording to .*; the sound goes on, this session is not recorded/;
      await until("it says that nothing is recorded", () => told.test(program.output));
      assert.equal(program.memory.counter("concealedFrames"), 0);
      await client.close();
      assert.equal(await program.stop(), exitCodes.session);
    }, { UNDERSTUDY_SESSION: session });
  }));

test("a command that was quarantined when the control process was lost is in the recording of the next one", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    await withProgram(async (program) => {
      // as a control process leaves it that is lost before its recording is on the disk
      saveQuarantined(program.folder, [[5, 100, 140], [7]]);
      await program.signal("control", "SIGKILL");
      await until("another has taken over", () => program.epochInControl === 2);
      await until("it answers", () => program.isListening);
      assert.equal(await program.stop(), 0);
    }, { UNDERSTUDY_SESSION: session });
    const reader = await SessionReader.open(session);
    const quarantined: number[][] = [];
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      if (chunk.type === "QUAR") quarantined.push([...new Int32Array(chunk.payload.slice().buffer)]);
    }
    reader.close();
    assert.deepEqual(quarantined, [[5, 100, 140], [7]]);
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

test("a stage that is lost together with the control process, or while that stands still, is replaced without it", () =>
  withProgram(async (program) => {
    const { words } = program.memory;
    const starts = () => Atomics.load(words, fixed.stageReport.starts.index);
    const epoch = () => Atomics.load(words, fixed.launcher.epoch.index);
    const pairs = [["SIGSTOP", "SIGKILL"], ["SIGKILL", "SIGKILL"], ["SIGSTOP", "SIGSTOP"]] as const;
    for (
      const [ofControl, ofStage] of sharedItems("losses of control process and stage together", pairs, 2)
    ) {
      const [lives, controls] = [starts(), program.epochInControl!];
      await program.signal("control", ofControl);
      await program.signal("stage", ofStage);
      await until("another stage has come", () => starts() > lives);
      if (ofControl === "SIGSTOP" && ofStage === "SIGKILL") {
        assert.equal(epoch(), controls, "before another control process has");
      }
      await until("another control process has taken over", () => program.epochInControl === controls + 1);
      await until("it answers", () => program.isListening);
      const first = program.memory.consumed();
      await until("the sound goes on", () => blocksBetween(program.memory.consumed(), first) > 20);
      assert.equal(starts(), lives + 1, "only one has come");
      assert.match(program.output, /the launcher starts another one/);
    }
    assert.equal(await program.stop(), 0);
  }));

test("without launcher, control process and stage, a renderer in an endless loop ends as well, and nothing is left", () =>
  withProgram(async (program) => {
    const { memory } = program;
    const [control, stage] = [program.pidOf("control")!, program.pidOf("stage")!];
    await until("all roles are filled", () => program.pidOf("spare") !== undefined);
    for (const pid of [program.pid, control, stage]) Deno.kill(pid, "SIGSTOP"); // nobody else mends it
    const seat = Atomics.load(memory.words, fixed.control.roleRing.index) - 1;
    const heartbeat = reportFieldIndex(memory, seat, "heartbeat");
    Atomics.store(memory.words, orderIndex(memory, seat, "fault"), faultCode("hang"));
    Atomics.add(memory.words, fixed.callback.consumed.index, 1); // the block in which it commits the fault
    let [seen, equal] = [NaN, 0];
    await until("it loops", () => {
      equal = seen === Atomics.load(memory.words, heartbeat) ? equal + 1 : 0;
      seen = Atomics.load(memory.words, heartbeat);
      return equal === 100;
    });
    for (const pid of [program.pid, control, stage]) Deno.kill(pid, "SIGKILL");
    await program.ended;
  }, { UNDERSTUDY_FAULTS: "on" }));

test("a renderer that was stopped is ended by the stage when launcher and control process are killed", () =>
  withProgram(async (program) => {
    const control = program.pidOf("control")!;
    for (const pid of [program.pid, control, program.pidOf("primary")!]) Deno.kill(pid, "SIGSTOP");
    for (const pid of [program.pid, control]) Deno.kill(pid, "SIGKILL");
    await program.ended;
  }));

test("when the launcher alone is killed, the control process ends everything in order", () =>
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

losses.register("further losses of the program in processes", 3);
