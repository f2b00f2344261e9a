/**
 * Decoded blocks, which hold an array for each channel, one after the other.
 *
 * @param frames of all blocks together
 */
export function joinBlocks(
  blocks: readonly (readonly Float32Array[])[],
  { channels, frames }: { readonly channels: number; readonly frames: number },
): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: channels }, (_, channel) => {
    const whole = new Float32Array(frames);
    let at = 0;
    for (const block of blocks) {
      whole.set(block[channel], at);
      at += block[channel].length;
    }
    return whole;
  });
}
