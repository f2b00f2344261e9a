/** A sound file that a patch cannot have; the message names the file and the remedy. */
export class SampleError extends Error {
  override readonly name = "SampleError";
}
