import assert from "node:assert/strict";
import { Inputs } from "../../cli/inputs.ts";
import { readConfig } from "../../config/settings.ts";
import { LogMemory } from "../../foundation/log_memory.ts";
import { Datagrams } from "../../ffi/datagrams.ts";
import { AccessControl } from "../../osc/admission/access_control.ts";
import { UdpListener } from "../../osc/transport/udp_listener.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";

const { native, build: { library: nativeLibrary } } = await nativeForTests();

Deno.test("packets that came before the inputs opened are answered, and patch and end are asked for by them", async () => {
  const { engine, stop } = await startTestEngine({ driver: "manual" });
  const asked: (string | undefined)[] = [];
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const udp = UdpListener.bind({
    hostname: "127.0.0.1",
    port: 0,
    access: (address) => Datagrams.open(native, address),
  });
  const client = new UdpClient(udp.address);
  const early = client.ask("/version");
  const quit = Promise.withResolvers<void>();
  const inputs = await Inputs.open({
    config: readConfig({ UNDERSTUDY_OSCQUERY_PORT: "off", UNDERSTUDY_MIDI: "off" }),
    native,
    nativeLibrary,
    engine,
    sockets: { udp, tcp: undefined },
    access: AccessControl.local(),
    log: { debug: keep, info: keep, warning: keep, error: keep },
    lines: new LogMemory(1),
    version: "7",
    loadPatch: (nameOrFile) => {
      asked.push(nameOrFile);
      return Promise.resolve([]);
    },
    onQuit: () => quit.resolve(),
  });
  assert.match((await early).join("\n"), /7/);
  await client.ask("/patch/load", "s", "keys");
  await client.ask("/patch/load");
  assert.deepEqual(asked, ["keys", undefined]);
  await client.say("/quit");
  await quit.promise;
  await Promise.all([udp.stop(), inputs.stop()]);
  inputs.close();
  await client.close();
  await stop();
});

/** Files that a program file loads before its first line runs, from the root. */
async function loadedBy(file: string): Promise<string[]> {
  const root = new URL("../..", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", file],
    cwd: new URL(root),
    stdin: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly modules: readonly {
      readonly specifier: string;
      readonly dependencies?: readonly {
        readonly code?: { specifier?: string };
        readonly isDynamic?: boolean;
      }[];
    }[];
  };
  const found = new Set<string>();
  const visit = (specifier: string) => {
    if (found.has(specifier)) return;
    found.add(specifier);
    modules.find((module) => module.specifier === specifier)?.dependencies
      ?.forEach(({ code, isDynamic }) => !isDynamic && code?.specifier && visit(code.specifier));
  };
  visit(`${root}${file}`);
  return [...found].map((each) => each.startsWith(root) ? each.slice(root.length) : each);
}

Deno.test("a start loads nothing of modules, compiler, OSC's methods and MIDI before it is heard", async () => {
  const later = /^(modules|patches\/ready|compiler\/(?!graph|wasm)|osc\/(methods|oscquery|score)|midi)\//;
  for (const file of ["cli/run.ts", "cli/start.ts", "cli/play.ts"]) {
    const loaded = await loadedBy(file);
    assert.ok(loaded.length > 10, `${loaded.length} files`);
    assert.deepEqual(loaded.filter((each) => later.test(each)), []);
  }
});

Deno.test("a launcher loads nothing that plays, and what plays none of the runtime's parts that take long to load", async () => {
  const plays =
    /^(engine\/(?!run\/|samples\/decoder_command|state\/check_journal|supervisor\/process_seating)|osc|telemetry)\//;
  assert.deepEqual((await loadedBy("cli/start.ts")).filter((each) => plays.test(each)), []);
  for (
    const file of [
      "engine/renderer/process.ts",
      "engine/renderer/worker.ts",
      "engine/patch_swap/rehearsal_worker.ts",
      "telemetry/telemetry_worker.ts",
    ]
  ) {
    const loaded = await loadedBy(file);
    assert.ok(loaded.includes("ffi/open_native.ts"), file);
    assert.deepEqual(loaded.filter((each) => /^(npm:|node:(crypto|zlib|http))/.test(each)), [], file);
  }
});
