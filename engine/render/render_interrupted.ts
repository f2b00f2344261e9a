/** Somebody wants the render to end; it leaves no file. */
export class RenderInterrupted extends Error {
  override readonly name = "RenderInterrupted";
}
