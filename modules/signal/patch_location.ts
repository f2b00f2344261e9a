const modulesRoot = new URL("../", import.meta.url).href;

/** What calls the functions of a patch; whoever called that is not the patch. */
const builder = new URL("../patch.ts", import.meta.url).href;

/** The line of the patch that led here, e.g. `organ.ts:12`: the first caller outside of the module library, if any. */
export function patchLocation(stack: string = new Error().stack ?? ""): string {
  for (const line of stack.split("\n")) {
    const match = /(file:\/\/[^\s)]+):(\d+):\d+\)?$/.exec(line);
    if (!match) continue;
    const [, file, number] = match;
    if (file === builder) return "";
    if (!file.startsWith(modulesRoot)) {
      return `${decodeURIComponent(file.slice(file.lastIndexOf("/") + 1))}:${number}`;
    }
  }
  return "";
}
