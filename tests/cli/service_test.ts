import assert from "node:assert/strict";
import { controlService, ServiceError, unitText } from "../../cli/service.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";

const options = { command: ["/usr/bin/env", "a b", "100%"], workingDirectory: "/", user: "root" };
const needs = { commands: ["systemd-analyze"], install: "apt-get install systemd" };

/** Runs `systemd-analyze` on a unit. */
async function analyse(text: string, args: (path: string) => string[]) {
  return await inFolder(async (folder) => {
    const path = `${folder}/understudy.service`;
    await Deno.writeTextFile(path, text);
    const { success, stdout, stderr } = await new Deno.Command("systemd-analyze", {
      args: args(path),
      env: { XDG_RUNTIME_DIR: folder, SYSTEMD_LOG_LEVEL: "warning" },
    }).output();
    const said = new TextDecoder();
    return { success, text: said.decode(stdout) + said.decode(stderr), name: path };
  });
}

for (const system of [true, false]) {
  const kind = system ? "system" : "user";
  requirement({
    name: `systemd finds nothing wrong with the ${kind} unit`,
    fn: async () => {
      const { success, text, name } = await analyse(
        unitText({ ...options, system }),
        (path) => ["verify", "--man=no", ...(system ? [] : ["--user"]), path],
      );
      // other units of the machine are not ours
      const ours = text.split("\n").filter((line) => line.includes(name) || line.includes("understudy"));
      assert.deepEqual(ours, []);
      assert.ok(success || !text.includes("understudy"), text);
    },
  }, needs);
}

requirement({
  name: "systemd's own judgement of the system unit's exposure is at most medium",
  fn: async () => {
    const { success, text } = await analyse(
      unitText({ ...options, system: true }),
      (path) => ["security", "--offline=yes", "--no-pager", "--threshold=50", path],
    );
    assert.ok(success, text);
  },
}, needs);

Deno.test("the unit starts the same program again, restarts it always, and watches it", () => {
  const text = unitText({ ...options, system: false });
  for (
    const line of [
      'ExecStart=/usr/bin/env "a b" 100%%',
      "Type=notify",
      "Restart=always",
      "WatchdogSec=5",
      "StateDirectory=understudy",
      "Environment=UNDERSTUDY_STATE=%S/understudy",
      "LimitRTPRIO=20",
      "LimitMEMLOCK=infinity",
    ]
  ) assert.ok(text.includes(`\n${line}\n`), line);
  assert.ok(!text.includes("MemoryDenyWriteExecute"), "patches are compiled while it runs");
  assert.ok(!text.includes("User="), "a user's unit runs as that user");
});

Deno.test("what was not installed cannot be removed, and the error says so", async () => {
  const home = Deno.env.get("XDG_CONFIG_HOME");
  await inFolder(async (folder) => {
    Deno.env.set("XDG_CONFIG_HOME", folder);
    try {
      await assert.rejects(
        controlService({ command: "service", action: "remove", system: false }, () => {}),
        (error) => {
          assert.ok(error instanceof ServiceError);
          assert.match(error.message, /understudy.service: it is not installed/);
          assert.equal(error.exitCode, exitCodes.service);
          return true;
        },
      );
    } finally {
      if (home === undefined) Deno.env.delete("XDG_CONFIG_HOME");
      else Deno.env.set("XDG_CONFIG_HOME", home);
    }
  });
});
