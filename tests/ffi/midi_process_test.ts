import assert from "node:assert/strict";
import { requirement } from "../../testing/requirement.ts";
import { undefinedSymbols } from "../../testing/undefined_symbols.ts";

requirement({
  name: "the process callback of the MIDI input can call nothing but the clock, and what JACK gives it",
  fn: async () => {
    const source = new URL("../../ffi/native/midi_process.c", import.meta.url).pathname;
    assert.deepEqual(await undefinedSymbols(source), ["U clock_gettime"]);
  },
}, { commands: ["cc", "nm"], install: "apt-get install gcc libc6-dev binutils" });
