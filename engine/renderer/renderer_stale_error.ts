/** The renderer has fallen so far behind that what it needs has been overwritten. */
export class RendererStaleError extends Error {
  override readonly name = "RendererStaleError";
}
