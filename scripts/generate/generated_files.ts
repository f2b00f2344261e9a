/** Every file that `deno task generate` writes and `deno task tidy` compares. */
import { modulesPage } from "../generate_reference.ts";
import type { GeneratedFile } from "./generated_file.ts";
import { layoutHeader } from "./layout_header.ts";
import { pageLibraries } from "./page_libraries.ts";
import { playLockFile } from "./play_lock.ts";
import { readmeTables } from "./readme_tables.ts";
import { showSchemaText, showTables } from "./show_tables.ts";

/** In the order in which they are written. */
export const generatedFiles: readonly GeneratedFile[] = [
  { path: "ffi/native/layout.h", source: "engine/memory/layout.ts", text: layoutHeader },
  {
    path: "docs/modules.md",
    source: "the modules, their tests and docs/modules-cost.json",
    text: modulesPage,
  },
  { path: "README.md", source: "deno.json, config/settings.ts and the exit codes", text: readmeTables },
  { path: "docs/shows.md", source: "show/file/show_file.ts", text: showTables },
  { path: "show/show.schema.json", source: "show/file/show_file.ts", text: showSchemaText },
  { path: "play.lock", source: "deno.lock and the imports of the program", text: playLockFile },
  ...pageLibraries,
];
