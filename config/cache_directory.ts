/** Where programs keep what they can make again: the folder that was configured, or that of the XDG base directory specification. */
export function cacheDirectory(configured?: string): string {
  if (configured !== undefined && configured !== "") return configured.replace(/(?<=.)\/$/, "");
  const home = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${home}/understudy`;
}
