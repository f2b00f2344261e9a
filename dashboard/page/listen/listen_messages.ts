/** What the page and its audio thread say to each other while one listens. */

/** Name by which the audio thread registers its processor. */
export const listenProcessorName = "understudy-listen";

export interface ListenProcessorOptions {
  readonly channels: number;
  readonly targetFrames: number;
}

/** From the page: samples of the engine's output, interleaved. */
export interface ListenBlock {
  readonly firstFrame: number;
  readonly samples: Float32Array;
}

/** From the audio thread, four times a second. */
export interface ListenReport {
  readonly heldFrames: number;
  readonly gaps: number;
}
