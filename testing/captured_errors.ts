import { flushStderr } from "../foundation/logging.ts";

/** Returns what some work writes to standard error, which gets none of it. */
export async function capturedErrors(work: () => Promise<unknown>): Promise<string> {
  const original = Deno.stderr.write;
  const decoder = new TextDecoder();
  let text = "";
  Deno.stderr.write = (bytes) => {
    text += decoder.decode(bytes, { stream: true });
    return Promise.resolve(bytes.length);
  };
  try {
    await work();
    await flushStderr();
  } finally {
    Deno.stderr.write = original;
  }
  return text;
}
