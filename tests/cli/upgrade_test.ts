/**
 * A new version takes the place of one that plays.
 *
 * Needs the machine alone: old and new renderers play beside each other by the clock, without a concealed frame.
 *
 * Takes turns: `tests/engine/supervisor/upgrade_test.ts` and `tests/engine/engine_test.ts` show each step.
 */
import assert from "node:assert/strict";
import { upgrade, UpgradeError } from "../../cli/upgrade.ts";
import { readConfig } from "../../config/settings.ts";
import { roles } from "../../engine/control/control.ts";
import { layoutVersion } from "../../engine/memory/layout.ts";
import { trialSeconds } from "../../engine/supervisor/upgrade.ts";
import { copyOfCheckout } from "../../testing/engine/copy_of_checkout.ts";
import { ProgramInProcesses } from "../../testing/engine/program_in_processes.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { sharedItems } from "../../testing/share.ts";
import { until } from "../../testing/until.ts";

const root = new URL("../../", import.meta.url).pathname;

/** A change of a text in a file of the program. */
type Change = readonly [path: string, from: string, to: string];

/** Asks the program to go on with a copy of this checkout, changed or not. */
async function upgradeTo(
  folder: string,
  { pid }: { readonly pid: number },
  ...changes: readonly Change[]
): Promise<{ readonly code: number; readonly printed: string }> {
  const checkout = await copyOfCheckout(`${folder}/${crypto.randomUUID()}`);
  for (const [path, from, to] of changes) {
    const text = await Deno.readTextFile(`${checkout}${path}`);
    assert.ok(text.includes(from), `${path} has ${from}`);
    await Deno.writeTextFile(`${checkout}${path}`, text.replace(from, to));
  }
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${checkout}main.ts`, "upgrade", String(pid)],
    env: { UNDERSTUDY_CACHE_DIR: `${root}build/native-tests` },
  }).output();
  return { code, printed: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Runs the program with a recording while notes are played; asserts that nothing was concealed, and that the recording is whole. */
function whilePlaying(work: (program: ProgramInProcesses, folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const session = `${folder}/upgrade.session`;
    const program = await ProgramInProcesses.start({
      patch: "keys",
      environment: { UNDERSTUDY_SESSION: session },
    });
    const client = new UdpClient(`127.0.0.1:${program.port}`);
    let note = 0;
    const player = setInterval(() => {
      client.say("/note", "iif", ++note % 20 + 40, note % 20 + 40, 0.5);
      client.say("/off", "i", (note - 3) % 20 + 40);
    }, 40);
    try {
      await work(program, folder);
    } catch (cause) {
      throw new Error(program.output, { cause });
    } finally {
      clearInterval(player);
      await client.close();
      assert.equal(await program.stop(), 0);
    }
    assert.equal(program.memory.counter("concealedFrames"), 0, program.output);
    const { complete, differingBlocks } = await renderAgain(session);
    assert.deepEqual([complete, differingBlocks], [true, 0]);
  });
}

const pids = (program: ProgramInProcesses) => roles.map((role) => program.pidOf(role));

Deno.test("a version that does not fit is refused with the reason, one that is equal takes over, and nothing is heard", () =>
  whilePlaying(async (program, folder) => {
    await until("all roles are filled", () => pids(program).every((pid) => pid !== undefined));
    const before = pids(program);
    const refused: readonly (readonly [Change, RegExp])[] = [
      [
        [
          "engine/memory/layout.ts",
          `layoutVersion = ${layoutVersion}`,
          `layoutVersion = ${layoutVersion + 1}`,
        ],
        /has layout \d+ of the shared memory, this one \d+: restart/,
      ],
      [
        [
          "engine/renderer/process.ts",
          "const seat =",
          'throw new Error("the new version broke");\n  const seat =',
        ],
        /was lost: [^]*the new version broke/,
      ],
      [
        [
          "engine/renderer/renderer.ts",
          "const { output, checksum } = this.#current;",
          "const { output, checksum } = this.#current;\n    output[0] += 1e-9;",
        ],
        /its sound or state differs, first at block/,
      ],
    ];
    for (const [change, reason] of sharedItems("versions that do not fit", refused, 2)) {
      const { code, printed } = await upgradeTo(folder, program, change);
      assert.equal(code, 9, printed);
      assert.match(printed, reason);
      assert.match(printed, /the old version plays on/);
    }
    assert.deepEqual([pids(program), program.epochInControl], [before, 1], "the old ones play on");

    const blocksBefore = program.memory.consumed();
    const { code, printed } = await upgradeTo(folder, program, [
      "main.ts",
      "/** The program.",
      "/** A program.",
    ]);
    assert.equal(code, 0, printed);
    const { sampleRateHz, blockFrames } = program.memory.geometry;
    assert.ok(program.memory.consumed() - blocksBefore >= trialSeconds * sampleRateHz / blockFrames);
    assert.equal(program.epochInControl, 2);
    assert.ok(pids(program).every((pid) => pid !== undefined && !before.includes(pid)), "renderers are new");
    await program.signal("control", "SIGKILL");
    await until("the new version starts again", () => program.epochInControl === 3);
    assert.equal(program.memory.counter("outvotedBlocks"), 0);
  }));

Deno.test("an engine that is not there is named, with the remedy", async () => {
  const config = readConfig({ UNDERSTUDY_CACHE_DIR: `${root}build/native-tests` });
  await assert.rejects(
    upgrade(config, 0x7FFFFFFF, () => {}),
    (error) => error instanceof UpgradeError && error.exitCode === 9 && /no engine/.test(error.message),
  );
});

Deno.test("a new control process that does not start gives way to the old one", () =>
  whilePlaying(async (program, folder) => {
    const { code, printed } = await upgradeTo(folder, program, [
      "cli/play.ts",
      "export async function play(",
      "if (Deno.args.length > 0) throw new Error('it does not start');\nexport async function play(",
    ]);
    assert.equal(code, 9, printed);
    assert.match(printed, /that of the new version did not start/);
    assert.match(program.output, /did not take over; that of the old one is started/);
    await until("the old version is in control", () => program.epochInControl === 3);
  }));
