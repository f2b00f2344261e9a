import { fileURLToPath } from "node:url";

export interface ModuleCommand {
  readonly module: URL;
  readonly args?: readonly string[];
  /** Heap of the script in MiB. */
  readonly maxHeapMiB: number;
  /** Path that it may read, a file or a folder; omitted: none by this. */
  readonly readable?: string;
  /** Further flags of the runtime; without permissions it has none. */
  readonly flags: readonly string[];
}

/**
 * The words that start a module of the program in a process of its own: it asks nobody, downloads nothing, and takes its packages from
 * the runtime's cache, as those who only play have no others. Not for a compiled binary, which starts itself in a role.
 */
export function moduleCommand(
  { module, args = [], maxHeapMiB, readable, flags }: ModuleCommand,
): readonly string[] {
  return [
    ...[Deno.execPath(), "run"],
    ...["--quiet", "--no-prompt", "--no-remote", "--cached-only", "--node-modules-dir=none"],
    `--config=${fileURLToPath(new URL("../deno.json", import.meta.url))}`,
    `--v8-flags=--max-old-space-size=${maxHeapMiB}`,
    // commas divide paths there
    ...(readable === undefined ? [] : [readable.includes(",") ? "--allow-read" : `--allow-read=${readable}`]),
    ...flags,
    module.href,
    ...args,
  ];
}
