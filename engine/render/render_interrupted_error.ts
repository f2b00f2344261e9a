/** Somebody wants the render to end; it leaves no file. */
export class RenderInterruptedError extends Error {
  override readonly name = "RenderInterruptedError";
}
