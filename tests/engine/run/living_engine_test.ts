import assert from "node:assert/strict";
import { CommandLog, Opcode } from "../../../engine/log/command_log.ts";
import { fixed, within } from "../../../engine/memory/layout.ts";
import { snapshotIndex } from "../../../engine/memory/places.ts";
import { beginRun } from "../../../engine/run/begin_run.ts";
import { sharedBuffer } from "../../../engine/run/run_memory.ts";
import { findLivingEngine } from "../../../engine/run/living_engine.ts";
import { saveParameters } from "../../../engine/run/parameter_file.ts";
import { InvariantError } from "../../../foundation/invariant.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const { native, build: { library: nativeLibrary } } = await nativeForTests();
const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });

Deno.test("an engine is found again: its memory, the patch that plays, those before it, and the values", () =>
  inRun(async (processes) => {
    const { folder } = processes;
    const memory = testMemory({}, (bytes) => sharedBuffer(native, folder, bytes));
    const log = new CommandLog(memory);
    const patches = [0, 1, 2].map((number) => ({ number, patch: { ...patch, name: `patch ${number}` } }));
    await beginRun(folder, { native, memory, patches, nativeLibrary, seed: 9, faultsAllowed: true });
    const found = async () => {
      const { patches, parameters } = await findLivingEngine(native, processes);
      return [patches.map(({ patch: { name } }) => name), parameters];
    };
    const defaults = patch.parameters.map((parameter) => parameter.default);
    assert.deepEqual(await found(), [["patch 0"], defaults], "nothing was exchanged, nothing changed");

    const [{ address }] = patch.parameters;
    saveParameters(folder, { position: 0, values: { [address]: 0.25 } });
    log.append([{ opcode: Opcode.exchange, target: 1, value: 0, extra: 0 }]);
    assert.deepEqual(await found(), [["patch 0", "patch 1"], [0.25, ...defaults.slice(1)]]);
    log.append([{ opcode: Opcode.exchange, target: 2, value: 0, extra: 0 }]);
    log.quarantine(1);
    assert.deepEqual((await found())[0], ["patch 0", "patch 1"], "every renderer broke on the last");

    log.quarantine(0);
    memory.words[snapshotIndex(memory, 1) + within.snapshot.patch.index] = 2;
    memory.words[fixed.control.acceptedSnapshot.index] = 2;
    assert.deepEqual(
      (await found())[0],
      ["patch 0", "patch 1", "patch 2"],
      "the log has forgotten the exchange",
    );

    const { memory: mapped } = await findLivingEngine(native, processes);
    memory.words[fixed.control.play.index] = 1;
    assert.equal(mapped.words[fixed.control.play.index], 1, "it is the same memory");
    memory.words[fixed.geometry.version.index]++;
    await assert.rejects(findLivingEngine(native, processes), InvariantError);
  }));
