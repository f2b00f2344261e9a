/** What may lie at the top level of the project; everything else belongs into a room. */
import type { Finding } from "./finding.ts";
import type { Tree } from "./tree.ts";

const expected = new Set([
  ".ci",
  ".git",
  ".gitignore",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "deno.json",
  "deno.lock",
  "main.ts",
  "play.lock",
  "bench",
  "build",
  "cli",
  "compiler",
  "config",
  "dashboard",
  "docs",
  "engine",
  "examples",
  "ffi",
  "foundation",
  "midi",
  "monitoring",
  "modules",
  "node_modules",
  "osc",
  "patches",
  "scripts",
  "show",
  "telemetry",
  "timecode",
  "triggers",
  "testing",
  "tests",
]);

/** Entries at the top level that the layout does not know. */
export function topLevelFindings({ topLevel }: Tree): Finding[] {
  return topLevel.filter((name) => !expected.has(name))
    .map((file) => ({ file, text: "does not belong at the top level; move it into a room" }));
}
