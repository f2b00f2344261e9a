/**
 * The length of the sound in a recording, out of the first kilobytes of its file: it is asked for many files at once. Main isolate; reads beside
 * it.
 */

/** What is read: chunks before the samples, and the first block of FLAC, are shorter. */
const headBytes = 4_096;

/** Seconds in a WAV, RF64 or FLAC file; undefined: it does not say, such as FLAC that was not closed. Throws Deno's errors. */
export async function recordingSeconds(path: string): Promise<number | undefined> {
  const file = await Deno.open(path);
  try {
    const head = new Uint8Array(headBytes);
    const count = await file.read(head) ?? 0;
    return secondsIn(head.subarray(0, count));
  } finally {
    file.close();
  }
}

function secondsIn(head: Uint8Array<ArrayBuffer>): number | undefined {
  const text = (at: number) => new TextDecoder().decode(head.subarray(at, at + 4));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (text(0) === "fLaC" && head.length >= 26) {
    // 20 bits of rate, 3 of channels, 5 of bits, 36 of frames
    const rate = view.getUint32(18) >>> 12;
    const frames = (view.getUint8(21) & 0xF) * 2 ** 32 + view.getUint32(22);
    return rate === 0 || frames === 0 ? undefined : frames / rate;
  }
  if (text(0) !== "RIFF" && text(0) !== "RF64") return undefined;
  let [bytesPerSecond, largeBytes] = [0, 0];
  for (let at = 12; at + 8 <= head.length;) {
    const size = view.getUint32(at + 4, true);
    if (text(at) === "ds64" && at + 24 <= head.length) largeBytes = Number(view.getBigUint64(at + 16, true));
    if (text(at) === "fmt " && at + 20 <= head.length) bytesPerSecond = view.getUint32(at + 16, true);
    if (text(at) === "data") {
      const bytes = text(0) === "RF64" ? largeBytes : size;
      return bytesPerSecond === 0 ? undefined : bytes / bytesPerSecond;
    }
    at += 8 + size + size % 2;
  }
  return undefined;
}
