/** A sound file cannot be used; the message names the file and the remedy. */
export class SampleError extends Error {
  override readonly name = "SampleError";
}
