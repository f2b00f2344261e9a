/** The renderer has fallen so far behind that entries or blocks it needs have been overwritten. */
export class RendererStaleError extends Error {
  override readonly name: string = "RendererStaleError";
}
