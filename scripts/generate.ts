/**
 * Writes the files that derive from declarations in the code.
 *
 *     deno task generate            writes those that differ
 *     deno task generate --check    writes nothing; exit code 1 when one differs
 */
import { developmentCommand } from "../testing/development_command.ts";
import { generatedFiles } from "./generate/generated_files.ts";

if (import.meta.main) {
  const root = new URL("../", import.meta.url);
  const { options: { check: onlyCheck } } = developmentCommand(import.meta.url, {
    options: { check: { usual: false, about: "compare, and write nothing" } },
  });
  let differing = 0;
  for (const { path, source, text } of generatedFiles) {
    const current = await Deno.readTextFile(new URL(path, root)).catch(() => "");
    const expected = text(current);
    if (expected === current) continue;
    differing++;
    if (onlyCheck) console.error(`${path} is not what ${source} declares; run: deno task generate`);
    else {
      await Deno.writeTextFile(new URL(path, root), expected);
      console.log(`wrote ${path}`);
    }
  }
  if (onlyCheck && differing > 0) Deno.exit(1);
}
