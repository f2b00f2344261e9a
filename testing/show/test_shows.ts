import type { ShowServices } from "../../engine/show/show_host.ts";
import { startTestEngine, type SteppedEngine, type TestEngineOptions } from "../engine/test_engine.ts";
import { busPatch } from "../patch/bus_patch.ts";

/** A message that a cue has sent. */
export type SentMessage = Parameters<ShowServices["send"]>[0];

/** A stepped engine that can play shows of a folder; it starts with a patch that brings two buses to two outputs. */
export async function startWithShows(
  folder: string,
  options: Omit<TestEngineOptions, "shows"> & { readonly shows?: Partial<ShowServices> } = {},
): Promise<SteppedEngine & { readonly sent: readonly SentMessage[] }> {
  const sent: SentMessage[] = [];
  const started = await startTestEngine({
    driver: "manual",
    patch: busPatch,
    ...options,
    environment: {
      UNDERSTUDY_STREAM_MIB: "16",
      UNDERSTUDY_SESSION: `${folder}/evening.session`,
      UNDERSTUDY_CEILING_DB: "off",
      ...options.environment,
    },
    shows: {
      channels: 2,
      allowedShow: (file) => file,
      loadPatch: (name) => Promise.reject(new Error(`${name}: no patch is loaded in this test`)),
      patchProblem: () => Promise.resolve(undefined),
      send: (message) => Promise.resolve(void sent.push(message)),
      ...options.shows,
    },
  });
  await started.lockstep();
  return { ...started, sent };
}

/** Writes a show and returns its path. */
export async function writeShow(folder: string, show: unknown): Promise<string> {
  const file = `${folder}/play.json`;
  await Deno.writeTextFile(file, JSON.stringify(show, undefined, 2));
  return file;
}
