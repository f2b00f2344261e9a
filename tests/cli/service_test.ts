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
      "CacheDirectory=understudy",
      "Environment=UNDERSTUDY_CACHE_DIR=%C/understudy",
      "Environment=UNDERSTUDY_STATE=%S/understudy",
      "LimitRTPRIO=20",
      "LimitMEMLOCK=infinity",
    ]
  ) assert.ok(text.includes(`\n${line}\n`), line);
  assert.ok(!text.includes("MemoryDenyWriteExecute"), "patches are compiled while it runs");
  assert.ok(!text.includes("User="), "a user's unit runs as that user");
});

/** Runs the work with these variables of the environment, and sets them back. */
async function withVariables(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("what was not installed has no status and cannot be removed, and the error says only so", () =>
  inFolder((folder) =>
    withVariables({ XDG_CONFIG_HOME: folder }, async () => {
      for (const action of ["remove", "status"] as const) {
        const printed: string[] = [];
        await assert.rejects(
          controlService({ command: "service", action, system: false }, (line) => printed.push(line)),
          (error) => {
            assert.ok(error instanceof ServiceError);
            assert.match(error.message, /understudy.service: it is not installed$/);
            assert.equal(error.exitCode, exitCodes.service);
            return true;
          },
        );
        assert.deepEqual(printed, []);
      }
    })
  ));

requirement({
  name: "without a systemd of the user the error names the remedy, and the unit starts what a package starts",
  fn: () =>
    inFolder((folder) => {
      const nowhere = `${folder}/none`;
      const variables = {
        XDG_CONFIG_HOME: folder,
        XDG_RUNTIME_DIR: nowhere,
        DBUS_SESSION_BUS_ADDRESS: `unix:path=${nowhere}`,
        _UNDERSTUDY_PROGRAM: "/usr/lib/understudy/understudy",
      };
      return withVariables(variables, async () => {
        await assert.rejects(
          controlService({ command: "service", action: "install", system: false }, () => {}),
          (error) => error instanceof ServiceError && /log in as this user .* --system/.test(error.message),
        );
        const unit = await Deno.readTextFile(`${folder}/systemd/user/understudy.service`);
        assert.match(unit, /^ExecStart=\/usr\/lib\/understudy\/understudy start$/m);
      });
    }),
}, needs);
