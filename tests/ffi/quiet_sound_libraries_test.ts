import assert from "node:assert/strict";
import { requirement } from "../../testing/requirement.ts";

/** Looks for a server that is not there, as PortAudio does; libjack prints of that whatever the program wants. */
const script = `
import { quietSoundLibraries } from "${new URL("../../ffi/quiet_sound_libraries.ts", import.meta.url)}";
import { nativeForTests } from "${new URL("../../testing/native_for_tests.ts", import.meta.url)}";
const { native } = await nativeForTests();
if (Deno.args[0] === "quiet") quietSoundLibraries(native.symbols.us_ignore_address());
const jack = Deno.dlopen("libjack.so.0", {
  jack_client_open: { parameters: ["buffer", "i32", "pointer"], result: "pointer" },
});
const client = jack.symbols.jack_client_open(new TextEncoder().encode("nobody\\0"), 1, null);
console.log(client === null ? "no server" : "a server");
`;

async function look(how: "quiet" | "loud"): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--ext=ts", script, how],
    env: { JACK_DEFAULT_SERVER: "understudy-no-such-server", JACK_NO_START_SERVER: "1", NO_COLOR: "1" },
  }).output();
  return { stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

requirement({
  name: "libjack prints nothing once its messages are taken over, and would have",
  fn: async () => {
    const loud = await look("loud");
    assert.match(loud.stdout, /no server/);
    assert.match(loud.stderr, /jack|server|connect/i);
    assert.deepEqual(await look("quiet"), { stdout: "no server\n", stderr: "" });
  },
}, { libraries: ["libjack.so.0"], install: "apt-get install libjack-jackd2-0" });
