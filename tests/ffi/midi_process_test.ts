import assert from "node:assert/strict";
import { requirement } from "../../testing/requirement.ts";

requirement({
  name: "the process callback of the MIDI input can call nothing but the clock, and what JACK gives it",
  fn: async () => {
    const source = new URL("../../ffi/native/midi_process.c", import.meta.url).pathname;
    const object = await Deno.makeTempFile({ suffix: ".o" });
    try {
      const { success, stderr } = await new Deno.Command("cc", {
        args: ["-std=c11", "-O2", "-fno-stack-protector", "-fPIC", "-c", source, "-o", object],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const { stdout } = await new Deno.Command("nm", { args: ["-u", object] }).output();
      const symbols = new TextDecoder().decode(stdout).trim().split(/\s*\n\s*/);
      assert.deepEqual(symbols, ["U clock_gettime"]);
    } finally {
      await Deno.remove(object);
    }
  },
}, { commands: ["cc", "nm"], install: "apt-get install gcc libc6-dev binutils" });
