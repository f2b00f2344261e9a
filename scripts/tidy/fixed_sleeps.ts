/**
 * Sleeps in tests. A test that waits a fixed time is slow on a fast machine and fails on a slow one; it waits for the
 * event with `until`, or steps a driver. The files that poll for an event are the only ones that may sleep.
 */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";
import type { Token } from "./tokens.ts";

/** Files that wait between two looks at a condition. */
const mayPoll = new Set(["testing/until.ts", "foundation/until.ts"]);

/** Promises that nothing but a timer settles: `new Promise((done) => setTimeout(done, …))`. */
export function fixedSleepFindings(sources: readonly Source[]): Finding[] {
  return sources.filter(({ path }) => /^(tests|testing)\//.test(path) && !mayPoll.has(path))
    .flatMap(({ path, code }) =>
      code.flatMap(({ line }, index) =>
        isSleep(code, index)
          ? [{
            file: path,
            line,
            text: "sleeps a fixed time; wait for the event with until, or step a driver",
          }]
          : []
      )
    );
}

/** `setTimeout(done` inside of a promise whose executor calls its first parameter `done`. */
function isSleep(code: readonly Token[], index: number): boolean {
  if (code[index].text !== "Promise" || code[index - 1]?.text !== "new") return false;
  let at = index + 1;
  while (code[at] && code[at].text !== "(") at++;
  let first = at + 1;
  while (["async", "function", "("].includes(code[first]?.text)) first++;
  const settle = code[first];
  if (settle?.kind !== "word") return false;
  let depth = 0;
  for (; at < code.length; at++) {
    if (code[at].text === "(") depth++;
    if (code[at].text === ")" && --depth === 0) return false;
    if (code[at].text !== "setTimeout" || code[at + 1]?.text !== "(") continue;
    const called = code[at + 2].text === "(" && code[at + 3].text === ")" && code[at + 4].text === "=>"
      ? code[at + 5]
      : code[at + 2];
    if (called.text === settle.text) return true;
  }
  return false;
}
