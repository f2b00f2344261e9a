/** The whole way is in `tests/cli/upgrade_test.ts`; here is what an engine answers without a trial. */
import assert from "node:assert/strict";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { type ProgramVersion, programVersion } from "../../../engine/run/program_version.ts";
import { runFolderAt } from "../../../engine/run/run_folder.ts";
import { UpgradeFiles, type UpgradeStep } from "../../../engine/run/upgrade_files.ts";
import { Supervision } from "../../../engine/supervisor/supervision.ts";
import { Upgrade } from "../../../engine/supervisor/upgrade.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const current = programVersion({ nativeLibrary: "/a.so", stage: "/a-stage" });
const next: ProgramVersion = { ...current, folder: "/next/" };

/** An engine whose renderers never come up, and an upgrade that it is asked for. */
function asked(path: string, version: ProgramVersion) {
  const memory = testMemory();
  Atomics.store(memory.words, fixed.launcher.pid.index, 1);
  const files = new UpgradeFiles(runFolderAt(path));
  const steps: UpgradeStep[] = [];
  const offers: ProgramVersion[] = [];
  const nothing = () => {};
  const supervision = new Supervision({
    memory,
    seals: new SealTable(memory),
    log: new CommandLog(memory),
    renderers: {
      view: () => undefined,
      logPosition: () => 0,
      spawn: nothing,
      join: nothing,
      end: nothing,
      demote: nothing,
    },
    delivery: { poll: nothing, position: 0, next: 0 },
    nowMs: () => 0,
  });
  const upgrade = new Upgrade({
    memory,
    supervision,
    seating: { offer: (version) => offers.push(version), acceptOffer: nothing },
    files,
    current,
    errorText: () => "",
    onStep: (step) => steps.push(step),
    onChange: nothing,
    handOver: () => assert.fail("nothing has been replaced"),
  });
  files.ask(version);
  return { memory, upgrade, files, steps, offers };
}

Deno.test("what cannot play beside the version that plays is refused at once, with the remedy", () =>
  inFolder((folder) => {
    const refused: readonly (readonly [Partial<ProgramVersion>, RegExp])[] = [
      [{ layoutVersion: 1_000 }, /has layout 1000 of the shared memory, this one \d+: restart instead/],
      [{ standalone: true }, /is a compiled binary, this one is not: restart instead/],
    ];
    refused.forEach(([change, reason], index) => {
      const path = `${folder}/${index}`;
      Deno.mkdirSync(path);
      const { upgrade, files, steps, offers } = asked(path, { ...next, ...change });
      upgrade.poll();
      assert.deepEqual(steps.map(({ outcome }) => outcome), ["refused"]);
      assert.match(steps[0].text, reason);
      assert.deepEqual([files.steps(), files.asked(), offers], [steps, undefined, []]);
    });
  }));

Deno.test("without a launcher nothing would start the next control process", () =>
  inFolder((folder) => {
    const { memory, upgrade, steps } = asked(folder, next);
    Atomics.store(memory.words, fixed.launcher.pid.index, 0);
    upgrade.poll();
    assert.match(steps[0].text, /the launcher is gone/);
  }));

Deno.test("the version that plays already is no upgrade, and while renderers are missing none begins", () =>
  inFolder((folder) => {
    const { upgrade, files, steps, offers } = asked(folder, current);
    upgrade.poll();
    assert.deepEqual(steps, [{ text: "this version plays already", outcome: "upgraded" }]);
    files.ask(next);
    for (let turn = 0; turn < 1_000; turn++) upgrade.poll();
    assert.deepEqual([steps.length, offers], [1, []]);
  }));

Deno.test("the next control process says how an upgrade has ended", () =>
  inFolder((folder) => {
    const { upgrade, files, steps } = asked(folder, next);
    upgrade.conclude();
    assert.equal(steps[0].outcome, "refused");
    files.ask(current);
    upgrade.conclude();
    assert.equal(steps[1].outcome, "upgraded");
    upgrade.conclude();
    assert.equal(steps.length, 2, "nothing is asked for");
  }));
