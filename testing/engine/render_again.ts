import { compileChecksum } from "../../engine/memory/checksum.ts";
import { renderSession, type SessionRenderResult } from "../../engine/render/session_renderer.ts";
import { SessionReader } from "../../engine/session/session_reader.ts";
import { nativeForTests } from "../native_for_tests.ts";

/** Renders a session in this process and returns its samples. */
export async function renderAgain(
  path: string,
  sampleFolder?: string,
): Promise<SessionRenderResult & { samples: Float32Array<ArrayBuffer> }> {
  const { native } = await nativeForTests();
  const reader = await SessionReader.open(path);
  const parts: Float32Array[] = [];
  const result = await renderSession({
    reader,
    checksum: compileChecksum(),
    native,
    sampleFolder,
    onSamples: (samples) => Promise.resolve(void parts.push(samples.slice())),
  }).finally(() => reader.close());
  const samples = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (samples.set(part, at), at + part.length), 0);
  return { ...result, samples };
}
