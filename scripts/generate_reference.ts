/**
 * Writes `docs/modules.md` from the modules' declarations, their tests and what they cost, and a picture of each one's
 * response into `docs/pictures/modules/`. Costs are those of the last `deno task bench:modules` on this machine, or else those
 * kept in `docs/modules-cost.json`.
 *
 *     deno task reference [--text]      without the pictures, which take half a minute
 */
import { libraryEntries } from "../testing/trial/library.ts";
import { type Costs, referencePage } from "./reference/page.ts";
import { pictured, pictureOf } from "./reference/pictures.ts";

const root = new URL("../", import.meta.url);
const costFile = new URL("docs/modules-cost.json", root);
const pictures = new URL("docs/pictures/modules/", root);

/** The page as it should be, with the costs that are kept. */
export function modulesPage(): string {
  const costs = JSON.parse(Deno.readTextFileSync(costFile)) as Costs;
  return referencePage({ entries: libraryEntries(), costs, pictured, testsIn });
}

/** Titles of the tests in a file; what differs from test to test is left open. */
export function testsIn(file: string): string[] {
  const text = Deno.readTextFileSync(new URL(file, root));
  return [...text.matchAll(/Deno\.test\(\s*(["`])(.*?)\1,/g)].map(([, , title]) =>
    title.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, "…")
  );
}

if (import.meta.main) {
  const measured = await Deno.readTextFile(new URL("build/bench/modules.json", root)).catch(() => undefined);
  if (measured !== undefined) await Deno.writeTextFile(costFile, measured);
  await Deno.writeTextFile(new URL("docs/modules.md", root), modulesPage());
  if (!Deno.args.includes("--text")) {
    await Deno.mkdir(pictures, { recursive: true });
    for (const name of pictured) {
      await Deno.writeTextFile(new URL(`${name}.svg`, pictures), await pictureOf(name));
    }
  }
}
