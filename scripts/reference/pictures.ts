import { chart, type Panel } from "./chart.ts";
import { picturesOfEffects } from "./pictures_of_effects.ts";
import { picturesOfSources } from "./pictures_of_sources.ts";

const all: Readonly<Record<string, () => Promise<readonly Panel[]>>> = {
  ...picturesOfSources,
  ...picturesOfEffects,
};

/** Modules that have a picture; the others do too little for one. */
export const pictured: readonly string[] = Object.keys(all);

/** The picture of a module as SVG text. */
export async function pictureOf(moduleName: string): Promise<string> {
  return await chart(await all[moduleName]());
}
