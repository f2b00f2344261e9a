/** The render was interrupted from outside; it leaves no file. */
export class RenderInterruptedError extends Error {
  override readonly name = "RenderInterruptedError";
}
