import assert from "node:assert/strict";
import { programVersion } from "../../../engine/run/program_version.ts";
import { runFolderAt } from "../../../engine/run/run_folder.ts";
import { UpgradeFiles } from "../../../engine/run/upgrade_files.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const version = programVersion({ nativeLibrary: "/a.so", stage: "/a-stage" });

Deno.test("one upgrade at a time is asked for, and every step is read back", () =>
  inFolder((path) => {
    const files = new UpgradeFiles(runFolderAt(path));
    assert.deepEqual([files.asked(), files.steps()], [undefined, undefined]);
    assert.ok(files.ask(version));
    assert.deepEqual(files.asked(), version);
    files.say({ text: "it starts" });
    assert.equal(files.ask(version), false, "another is under way");
    files.say({ text: "it differs", outcome: "refused" });
    assert.deepEqual(files.steps(), [{ text: "it starts" }, { text: "it differs", outcome: "refused" }]);
    assert.equal(files.asked(), undefined);
    assert.ok(files.ask(version), "after its end another may follow");
    assert.deepEqual(files.steps(), []);
  }));

Deno.test("the launcher finds what to start next, line by line", () =>
  inFolder((path) => {
    const folder = runFolderAt(path);
    new UpgradeFiles(folder).nameNext({ ...version, runtime: "/bin/deno", folder: "/a b/" });
    assert.equal(Deno.readTextFileSync(folder.program), "/bin/deno\n/a b/main.ts\n");
  }));
