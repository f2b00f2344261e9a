import type { Renderer } from "../../engine/renderer/renderer.ts";

/** Lets a renderer write a whole snapshot into a slot, piece by piece. */
export function writeWholeSnapshot(renderer: Renderer, slot: number): void {
  renderer.beginWriting(slot);
  while (!renderer.writePiece());
}

/** Lets a renderer take over the snapshot in a slot. */
export function readWholeSnapshot(renderer: Renderer, slot: number): void {
  renderer.beginReading(slot);
  while (!renderer.readPiece());
}
