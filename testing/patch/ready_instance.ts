import { PatchInstance, type PreparedPatch } from "../../engine/renderer/patch_instance.ts";

/** An instance of a patch that can play, with an arena of one piece. */
export function readyInstance(patch: PreparedPatch, blockFrames: number, seed: number): PatchInstance {
  const instance = new PatchInstance(patch, { blockFrames, seed, pieceBytes: 2 ** 30 });
  instance.makeReady();
  return instance;
}
