/** The bytes of a sound file are not what is expected; the message says what was found, and the remedy. */
export class SoundFileError extends Error {
  override readonly name = "SoundFileError";

  constructor(problem: string, remedy = "export it again") {
    super(`${problem}; ${remedy}`);
  }
}
