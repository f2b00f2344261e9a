/**
 * What a pattern finds in the output of a process, as soon as it stands there; what comes after it is read and dropped, so that the
 * process never waits. Throws with the output where it ends before.
 */
export async function awaitOutput(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  const lines = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = "";;) {
    const { value, done } = await lines.read();
    if (done) throw new Error(text);
    text += value;
    const found = pattern.exec(text);
    if (!found) continue;
    void (async () => {
      while (!(await lines.read()).done);
    })();
    return found;
  }
}
