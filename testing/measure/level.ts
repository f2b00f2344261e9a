/** Mean of all samples: direct current. */
export function mean(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let frame = 0; frame < samples.length; frame++) sum += samples[frame];
  return sum / samples.length;
}

/** Root of the mean square. */
export function rms(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let frame = 0; frame < samples.length; frame++) sum += samples[frame] ** 2;
  return Math.sqrt(sum / samples.length);
}

/** Largest distance between two samples that follow each other. */
export function steepest(samples: ArrayLike<number>): number {
  let most = 0;
  for (let frame = 1; frame < samples.length; frame++) {
    most = Math.max(most, Math.abs(samples[frame] - samples[frame - 1]));
  }
  return most;
}

/** Frame after which every sample is exactly zero. */
export function silentFrom(samples: ArrayLike<number>): number {
  let frame = samples.length;
  while (frame > 0 && Object.is(Math.abs(samples[frame - 1]), 0)) frame--;
  return frame;
}
