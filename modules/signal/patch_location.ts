/** Decoded, because stack traces write a space as a space. */
const modulesRoot = decodeURI(new URL("../", import.meta.url).href);

/** The line of the patch that led here, e.g. `organ.ts:12`: the first caller outside of the module library, if any. */
export function patchLocation(stack: string = new Error().stack ?? ""): string {
  for (const line of stack.split("\n")) {
    const match = /(file:\/\/.+):(\d+):\d+\)?$/.exec(line);
    if (!match) continue;
    const [, file, number] = match;
    if (!file.startsWith(modulesRoot)) return `${file.slice(file.lastIndexOf("/") + 1)}:${number}`;
    // a file at the roof of the modules calls the functions of a patch; its own caller is not the patch
    if (!file.slice(modulesRoot.length).includes("/")) return "";
  }
  return "";
}

/**
 * The line of the patch that called `callee`, directly or through others. Most modules are called by the patch itself, and
 * writing out one caller takes a sixth of the time of ten, which is most of the time of a module's call.
 */
export function callerLocation(callee: (...args: never[]) => unknown): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, callee);
  Error.stackTraceLimit = limit;
  return patchLocation(here.stack) || patchLocation();
}
