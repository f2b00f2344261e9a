/** Circles: files that import each other, and folders that do so by way of their files. A house has none. */
import type { Finding } from "./finding.ts";
import { circlesOf, foldersOf, planOf } from "./rooms.ts";
import type { Source } from "./sources.ts";

/** Circles of files, and of folders and files that lie beside each other. */
export function circleFindings(sources: readonly Source[]): Finding[] {
  const files = sources.map(({ path }) => path);
  const imports = sources.flatMap(({ path, imports }) =>
    imports.map((used) => ({ from: path, to: used.path }))
  );
  const findings = circlesOf(files, imports).map((circle) => ({
    file: circle[0],
    text: `is in a circle of imports: ${circle.join(", ")}; move what they share into a file of its own`,
  }));
  for (const folder of foldersOf(sources)) {
    const { circles, arrows } = planOf(sources, folder);
    for (const circle of circles) {
      if (circle.every((room) => files.includes(room))) continue;
      const ties = arrows.filter(({ from, to }) => circle.includes(from) && circle.includes(to))
        .map(({ imports: [{ file, imported }] }) => `${file} imports ${imported}`);
      findings.push({
        file: circle[0],
        text: `is in a circle of folders: ${circle.join(", ")} (${
          ties.join("; ")
        }); turn one of these arrows round`,
      });
    }
  }
  return findings;
}
