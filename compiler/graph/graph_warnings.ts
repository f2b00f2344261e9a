import type { PatchFormat } from "./compiled_patch.ts";
import type { PatchGraph } from "./graph.ts";

/**
 * What may be meant, and more often is a mistake: channels that nobody hears, outputs that stay silent, and parameters that change
 * nothing.
 */
export function graphWarnings(graph: PatchGraph, { channels }: Pick<PatchFormat, "channels">): string[] {
  const own = graph.ownChannels ?? graph.channels;
  const differs = `has ${own} channels, the output has ${channels}: `;
  const lost = own > channels
    ? [`${differs}${range("channel", channels + 1, own)} not heard; set UNDERSTUDY_CHANNELS=${own}`]
    : own < channels
    ? [
      `${differs}${
        range("output", own + 1, channels)
      } silent; set \`channels: ${channels}\` in the patch to use them`,
    ]
    : [];
  const unused = unusedParameters(graph)
    .map((address) => `nothing uses the parameter ${address}; use it or remove it`);
  return [...lost, ...unused].map((warning) => `patch ${graph.name}: ${warning}`);
}

/** A stretch of things that are counted from 1, as the subject of a sentence. */
function range(what: string, first: number, last: number): string {
  if (first === last) return `${what} ${first} is`;
  return `${what}s ${first} ${last === first + 1 ? "and" : "to"} ${last} are`;
}

function unusedParameters({ parameters, instruments, main }: PatchGraph): string[] {
  const used = new Set(
    [main, ...instruments.map(({ voice }) => voice)].flatMap(({ nodes }) =>
      nodes.filter(({ op }) => op === "parameter").map(({ attribute }) => attribute)
    ),
  );
  return parameters.filter((_, index) => !used.has(index)).map(({ address }) => `/${address}`);
}
