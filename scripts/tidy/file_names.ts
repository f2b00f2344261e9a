/** File names that promise nothing. */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

const empty = /\/(utils?|helpers?|common|misc|shared|stuff)(\.ts|\/)/;

/** Files whose name or folder says nothing about what is in them. */
export function fileNameFindings(sources: readonly Source[]): Finding[] {
  return sources.filter(({ path }) => empty.test(`/${path}`))
    .map(({ path }) => ({ file: path, text: "the name says nothing; name the file after its noun" }));
}
