import assert from "node:assert/strict";
import { openPortAudioLibrary, PortAudioMissingError, portAudioPlaces } from "../../ffi/library_search.ts";

Deno.test("a path that was given is the only place; otherwise bundled comes before the system", () => {
  assert.deepEqual(portAudioPlaces("/x/y.so"), ["/x/y.so"]);
  const places = portAudioPlaces();
  assert.ok(places[0].includes("/build/") && !places.at(-1)!.includes("/build/"));
  assert.throws(() => openPortAudioLibrary("/no/such/file.so"), (error: Error) => {
    assert.ok(error instanceof PortAudioMissingError);
    assert.match(error.message, /UNDERSTUDY_PORTAUDIO.*\n.*\/no\/such\/file\.so/);
    return true;
  });
});
