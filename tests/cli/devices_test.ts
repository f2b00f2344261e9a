import assert from "node:assert/strict";
import { listDevices } from "../../cli/devices.ts";
import { readConfig } from "../../config/settings.ts";
import { PortAudioMissingError } from "../../ffi/library_search.ts";
import { requirement } from "../../testing/requirement.ts";

const config = readConfig({
  UNDERSTUDY_CACHE_DIR: new URL("../../build/native-tests", import.meta.url).pathname,
});

Deno.test("a library that is missing is an error that names the setting", async () => {
  await assert.rejects(
    listDevices({ ...config, portAudioPath: "/no/lib.so" }),
    (error) => error instanceof PortAudioMissingError && /UNDERSTUDY_PORTAUDIO/.test(error.message),
  );
});

requirement({
  name: "the list has each device with its index, or says what to do when there is none",
  sanitizeResources: false, // the sound libraries stay open
  fn: async () => {
    const text = await listDevices(config);
    assert.match(
      text,
      /^No audio devices\. Connect one|^PortAudio[^\n]*\n\n +\d+ {2}.*\n +\d+ out, \d+ in, /,
    );
  },
}, { libraries: ["libportaudio.so.2"], install: "apt-get install libportaudio2" });
