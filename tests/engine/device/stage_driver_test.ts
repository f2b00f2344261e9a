/**
 * The stage: lost in every way, and replaced.
 *
 * Needs real time: its clock calls the callback.
 */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { DriverError } from "../../../engine/device/driver_error.ts";
import { StageDriver } from "../../../engine/device/stage_driver.ts";
import { exitCodes } from "../../../foundation/exit_codes.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { blocksBetween } from "../../../engine/memory/shared_memory.ts";
import { sharedBuffer } from "../../../engine/run/run_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { ProgramInProcesses } from "../../../testing/engine/program_in_processes.ts";
import { requirement } from "../../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../../testing/sound/sound_server.ts";
import { until } from "../../../testing/until.ts";

const { native } = await nativeForTests();

Deno.test("a lost stage is replaced and its frames are counted, a new control process finds it, and it ends when told", () =>
  inRun(async (processes) => {
    const { folder } = processes;
    const memory = testMemory(
      { sampleRateHz: 48_000, blockFrames: 128 },
      (bytes) => sharedBuffer(native, folder, bytes),
    );
    const { words, wide } = memory;
    words[fixed.controlProcess.pid.index] = Deno.pid;
    words[fixed.control.play.index] = 1;
    const lines: string[] = [];
    const keep = (line: string) => void lines.push(line);
    const log = { debug: keep, info: keep, warning: keep, error: keep };
    const config = readConfig({ UNDERSTUDY_DRIVER: "clock" });
    const options = { native, memory, config, log, processes };
    const driver = await StageDriver.start(options);
    const pid = () => words[fixed.stageReport.pid.index];
    const plays = async () => {
      const first = memory.consumed();
      await until("the callback is called", () => {
        driver.poll();
        return blocksBetween(memory.consumed(), first) > 4;
      });
    };
    await plays();
    assert.equal(wide[fixed.stageReport.lostFrames.index], 0n);
    let lost = 0n;
    for (const signal of ["SIGKILL", "SIGSEGV", "SIGSTOP"] as const) {
      const before = pid();
      words[fixed.callback.stampSequence.index] |= 1; // as if it had been ended inside the callback
      Deno.kill(before, signal);
      await until("another one plays", () => {
        driver.poll();
        return pid() !== before;
      });
      await plays();
      assert.ok(wide[fixed.stageReport.lostFrames.index] > lost, signal);
      assert.equal(words[fixed.callback.stampSequence.index] % 2, 0);
      lost = wide[fixed.stageReport.lostFrames.index];
    }
    assert.deepEqual(lines, new Array(3).fill("the stage process was lost: another one plays on"));
    const before = pid();
    const found = await StageDriver.start(options);
    assert.equal(pid(), before, "no other one was started");
    await found.stop();
    await until("it has ended", () => {
      try {
        return /\) Z/.test(Deno.readTextFileSync(`/proc/${before}/stat`));
      } catch {
        return true;
      }
    });
    assert.equal(found.alive, false);
  }));

requirement({
  name:
    "on JACK the stage plays on without control process, finds a server that was killed, and is replaced when it is lost",
  fn: async () => {
    let server = await startSoundServer(48_000, 128);
    const program = await ProgramInProcesses.start({
      patch: "drone",
      environment: { ...server.env, UNDERSTUDY_DRIVER: "jack" },
    });
    const { words, wide } = program.memory;
    const report = (name: "deviceLost" | "deviceLosses" | "starts" | "periodFrames") =>
      words[fixed.stageReport[name].index];
    const plays = async (what: string) => {
      const first = program.memory.consumed();
      const isPlaying = () =>
        report("deviceLost") === 0 && blocksBetween(program.memory.consumed(), first) > 20;
      await until(`JACK calls ${what}`, isPlaying);
    };
    try {
      await plays("at the start");
      assert.equal(report("periodFrames"), 128);
      for (
        const [command, told] of [["jack_disconnect", /nobody hears it: JACK: nothing/], [
          "jack_connect",
          /is connected/,
        ]] as const
      ) {
        for (const side of [0, 1]) {
          const args = [`understudy:out_${side}`, `system:playback_${side + 1}`];
          await new Deno.Command(command, { args, env: server.env }).output();
        }
        await until("it is told", () => told.test(program.output));
      }
      await program.signal("control", "SIGKILL");
      await until("another control process has taken over", () => program.epochInControl === 2);
      await plays("after the loss of the control process");
      assert.equal(report("starts"), 1, "the stage was left alone");

      await server.kill();
      await until("the server is missed", () => report("deviceLost") === 1);
      const first = program.memory.consumed();
      await until("the clock keeps time", () => blocksBetween(program.memory.consumed(), first) > 20);
      server = await startSoundServer(48_000, 128, server.name);
      await plays("on the new server");
      assert.equal(report("deviceLosses"), 1);
      await until(
        "the loss is told",
        () => /audio device is back: JACK.*were not heard/.test(program.output),
      );
      assert.match(program.output, /audio device lost: JACK/);
      assert.doesNotMatch(program.output, /Cannot connect/, "libjack prints nothing");

      const unheard = wide[fixed.stageReport.unheardFrames.index];
      assert.ok(unheard > 20n * 128n);
      server.halt();
      await until("the server's silence is noticed", () => report("deviceLosses") === 2);
      await until("the clock keeps time", () => wide[fixed.stageReport.unheardFrames.index] > unheard);
      server.resume();
      await plays("when the server goes on");

      await program.signal("stage", "SIGKILL");
      await until("another stage plays", () => report("starts") === 2);
      await plays("from the new stage");
      assert.ok(wide[fixed.stageReport.lostFrames.index] > 0n);
    } catch (cause) {
      throw new Error(program.output, { cause });
    } finally {
      assert.equal(await program.stop(), 0);
      await server.stop();
    }
    await until("nothing is left", () => program.leftovers().length === 0);
  },
}, { ...soundServerNeeds, libraries: ["libjack.so.0"] });

requirement({
  name: "in processes, too, a start without a sound server waits for one when the settings say so",
  fn: async () => {
    const server = await startSoundServer(48_000, 128);
    await server.kill();
    const program = await ProgramInProcesses.start({
      patch: "sines",
      environment: { ...server.env, UNDERSTUDY_DRIVER: "jack", UNDERSTUDY_WAIT_DEVICE: "on" },
    });
    const { words, wide } = program.memory;
    const isLost = () => words[fixed.stageReport.deviceLost.index] === 1;
    try {
      assert.match(program.output, /waiting for the device, .*JACK: no server answers; start one/);
      assert.ok(isLost());
      await until("the clock keeps time", () => wide[fixed.stageReport.unheardFrames.index] > 0n);
      assert.doesNotMatch(program.output, /is back/);
      const next = await startSoundServer(48_000, 128, server.name);
      await until("JACK calls", () => !isLost() && /audio device is back: JACK/.test(program.output));
      await next.stop();
      assert.equal(words[fixed.stageReport.starts.index], 1);
    } catch (cause) {
      throw new Error(program.output, { cause });
    } finally {
      assert.equal(await program.stop(), 0);
    }
    await until("nothing is left", () => program.leftovers().length === 0);
  },
}, { ...soundServerNeeds, libraries: ["libjack.so.0"] });

Deno.test("in processes a device of PortAudio is refused with the remedy", () =>
  inRun(async (processes) => {
    const memory = testMemory();
    const keep = () => {};
    const log = { debug: keep, info: keep, warning: keep, error: keep };
    const refused: Record<string, string>[] = [{ UNDERSTUDY_DRIVER: "portaudio" }, {
      UNDERSTUDY_HOST_API: "ALSA",
    }];
    for (const environment of refused) {
      const config = readConfig(environment);
      await assert.rejects(
        StageDriver.start({ native, memory, config, log, processes }),
        (error: Error) => error instanceof DriverError && /UNDERSTUDY_ISOLATION=threads/.test(error.message),
      );
    }
  }));

requirement({
  name: "in processes a start without a sound server names what plays without one",
  fn: async () => {
    const start = (driver: string) =>
      ProgramInProcesses.fail({
        patch: "sines",
        environment: { JACK_DEFAULT_SERVER: `none-${Deno.pid}`, UNDERSTUDY_DRIVER: driver },
      });
    const { code, output } = await start("auto");
    assert.equal(code, exitCodes.device, output);
    assert.match(
      output,
      /no server answers; start one .*UNDERSTUDY_ISOLATION=threads plays on other devices/,
    );
    assert.match(output, /UNDERSTUDY_WAIT_DEVICE=on waits for the device/);
    const named = await start("jack");
    assert.match(
      named.output,
      /no server answers; start one .*UNDERSTUDY_WAIT_DEVICE=on waits for the device/,
    );
    assert.doesNotMatch(named.output, /UNDERSTUDY_ISOLATION/, "JACK was asked for");
  },
}, { ...soundServerNeeds, commands: [], libraries: ["libjack.so.0"] });
