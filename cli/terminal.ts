/** The terminal: standard output for results, standard error for progress. Main isolate. */
const encoder = new TextEncoder();

/** Writes a text to standard output. A reader that has closed the pipe early is no error: returns whether there still is one. */
export function print(text: string): boolean {
  const bytes = encoder.encode(text);
  try {
    // a pipe accepts only as much as it has room for
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return false;
  }
}

const barWidth = 40;

/** Shows a bar of progress, 0 to 1, where standard error is a terminal. */
export function showProgress(part: number): void {
  if (!Deno.stderr.isTerminal()) return;
  const filled = Math.round(part * barWidth);
  const bar = "#".repeat(filled) + ".".repeat(barWidth - filled);
  Deno.stderr.writeSync(encoder.encode(`\r[${bar}] ${Math.round(part * 100)} %`));
}

/** Removes the bar of progress. */
export function clearProgress(): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(encoder.encode("\r\x1b[K"));
}

/** Lines of standard input. */
export async function* stdinLines(): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r\n|\n/);
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
