/**
 * Compiles one binary with everything in it: the workers by name, and the native part, which it then needs no compiler for.
 * `DENORT_BIN` names the runtime part where the one of this version cannot be downloaded.
 *
 *     deno task compile
 */
import { buildNative } from "../ffi/native_library.ts";

const root = new URL("../", import.meta.url);
const build = await buildNative(new URL("build/native", root).pathname);
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "compile",
    ...["env", "ffi", "read", "write", "run", "net", "sys"].map((permission) => `--allow-${permission}`),
    "--include=engine/renderer/worker.ts",
    "--include=engine/patch_swap/rehearsal_worker.ts",
    "--include=patches/loading/build_worker.ts",
    "--include=engine/recorder/recorder_worker.ts",
    "--include=engine/streams/stream_reader_worker.ts",
    "--include=engine/state/journal_worker.ts",
    "--include=telemetry/telemetry_worker.ts",
    "--include=dashboard",
    "--include=ffi/native",
    "--include=patches/samples",
    "--include=show/show.schema.json",
    `--include=${build.library}`,
    `--include=${build.stage}`,
    "--output=build/understudy",
    "main.ts",
  ],
  cwd: root,
}).output().then(async (result) => {
  await Deno.stdout.write(result.stdout);
  await Deno.stderr.write(result.stderr);
  return result;
});
console.log(code === 0 ? "build/understudy" : "the binary was not built");
Deno.exit(code);
