import assert from "node:assert/strict";
import { structureLayout } from "../../ffi/portaudio_symbols.ts";

Deno.test("structures are laid out as a C compiler does it", async () => {
  const folder = await Deno.makeTempDir();
  const source = `#include <stddef.h>
#include <stdio.h>
typedef struct { int structVersion; const char *name; int hostApi; int maxInputChannels; int maxOutputChannels; double a, b, c, d, defaultSampleRate; } PaDeviceInfo;
typedef struct { int structVersion; int type; const char *name; int deviceCount; int defaultInputDevice; int defaultOutputDevice; } PaHostApiInfo;
typedef struct { int device; int channelCount; unsigned long sampleFormat; double suggestedLatency; void *hostApiSpecificStreamInfo; } PaStreamParameters;
int main(void) { printf("%zu %zu %zu %zu %zu", offsetof(PaDeviceInfo, defaultSampleRate), sizeof(PaDeviceInfo), offsetof(PaHostApiInfo, defaultOutputDevice), sizeof(PaHostApiInfo), sizeof(PaStreamParameters)); return 0; }`;
  await Deno.writeTextFile(`${folder}/a.c`, source);
  await new Deno.Command("cc", { args: [`${folder}/a.c`, "-o", `${folder}/a`] }).output();
  const { stdout } = await new Deno.Command(`${folder}/a`).output();
  await Deno.remove(folder, { recursive: true });
  const device = structureLayout("PaDeviceInfo");
  const host = structureLayout("PaHostApiInfo");
  const ours = [
    device.offsets.defaultSampleRate,
    device.bytes,
    host.offsets.defaultOutputDevice,
    host.bytes,
    structureLayout("PaStreamParameters").bytes,
  ];
  assert.equal(ours.join(" "), new TextDecoder().decode(stdout));
});
