/** A patch that cannot be; the message names the module and the line of the patch file. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}
