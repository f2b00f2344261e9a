/** Takes turns: every test with an engine builds the native part, or finds it built. */
import assert from "node:assert/strict";
import { NotPrivateError } from "../../foundation/private_folder.ts";
import { buildNative } from "../../ffi/native_library.ts";
import { NativeBuildError, openNative } from "../../ffi/open_native.ts";
import { inFolder } from "../../testing/in_folder.ts";

/**
 * Has the native part built without optimizing, in a third of the time, and each of its sources once in this file, however often it is
 * built: what is built here is not played, and the sources stay as they are.
 */
function builtQuickly(work: (folder: string) => Promise<void>): Promise<void> {
  const before = Deno.env.get("CC");
  const compiler = before ?? "cc";
  Deno.writeTextFileSync(
    `${tools}/cc`,
    `#!/bin/sh
for word; do last=$word; done
kept="${tools}/\${last##*/}"
case "$last" in
  *.o) [ -e "$kept" ] && exec cp "$kept" "$last"; ${compiler} "$@" -O0 && exec cp "$last" "$kept" ;;
  *) exec ${compiler} "$@" ;;
esac
`,
    { mode: 0o755 },
  );
  Deno.env.set("CC", `${tools}/cc`);
  return inFolder(work).finally(() => {
    if (before === undefined) Deno.env.delete("CC");
    else Deno.env.set("CC", before);
  });
}

const tools = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(tools, { recursive: true }));

Deno.test("the native part is built once, leaves nothing half-done, and opens", () =>
  builtQuickly(async (folder) => {
    const first = await buildNative(folder);
    const second = await buildNative(folder);
    assert.deepEqual([first.built, second.built, first.library === second.library], [true, false, true]);
    assert.deepEqual(
      [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/-[0-9a-f]{16}/, "")).sort(),
      ["understudy-callback.o", "understudy-stage", "understudy.sha256", "understudy.so"],
    );
    const native = openNative(first.library);
    const clocks = new BigUint64Array(2);
    native.symbols.us_read_clocks(clocks);
    assert.ok(clocks[0] > 0n && clocks[1] > 0n);
    native.close();
  }));

Deno.test("a missing or failing compiler is an error with the remedy", () =>
  inFolder(async (folder) => {
    const before = Deno.env.get("CC");
    try {
      Deno.env.set("CC", "no-such-compiler");
      await assert.rejects(buildNative(folder), /apt-get install gcc/);
      Deno.env.set("CC", "false");
      await assert.rejects(buildNative(folder), NativeBuildError);
      assert.deepEqual([...Deno.readDirSync(folder)], []);
      await inFolder(async (tools) => {
        await Deno.writeTextFile(`${tools}/cc`, "#!/bin/sh\nkill -INT $$\n", { mode: 0o755 });
        Deno.env.set("CC", `${tools}/cc`); // as Ctrl-C in a terminal ends it
        await assert.rejects(buildNative(folder), /ended by SIGINT; start again/);
      });
    } finally {
      if (before === undefined) Deno.env.delete("CC");
      else Deno.env.set("CC", before);
    }
  }));

Deno.test("what a binary carries is used by the binary alone, and not by the checkout that it was compiled in", () =>
  builtQuickly((carried) =>
    inFolder(async (folder) => {
      const { library } = await buildNative(carried); // as deno task compile builds it
      const found = await buildNative(folder, { carried });
      assert.deepEqual([found.library, found.built], [library, false]);
      const own = await buildNative(folder);
      assert.ok(own.built && own.library.startsWith(folder), own.library);
    })
  ));

Deno.test("what was changed since it was built, or can be by others, is not loaded but built once more", () =>
  builtQuickly(async (folder) => {
    const { library, stage } = await buildNative(folder);
    const original = await Deno.readFile(library);
    const spoilers: readonly (() => Promise<void>)[] = [
      () => Deno.writeTextFile(library, "planted by somebody else"),
      () => Deno.chmod(stage, 0o777),
    ];
    for (const spoil of spoilers) {
      await spoil();
      assert.equal((await buildNative(folder)).built, true);
      assert.deepEqual(await Deno.readFile(library), original);
      assert.equal((await buildNative(folder)).built, false);
    }
    await Deno.chmod(folder, 0o777);
    await assert.rejects(buildNative(folder), NotPrivateError);
    await Deno.chmod(folder, 0o700);
  }));

Deno.test("an aborted build ends the compiler, and leaves nothing", () =>
  inFolder(async (folder) => {
    const reason = new Error("interrupted");
    const abortion = new AbortController();
    const building = buildNative(folder, { signal: abortion.signal });
    abortion.abort(reason);
    await assert.rejects(building, reason);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));
