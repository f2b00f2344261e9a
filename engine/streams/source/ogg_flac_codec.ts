/** FLAC in Ogg (RFC 9639, 10.1): each packet behind the headers is a frame of FLAC. */
import { decodeFlacFrame, readFlacFrameHead, readFlacInfo } from "../../sound_files/flac_frame.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import type { OggCodec } from "./ogg_codec.ts";

/** Bytes before `fLaC` in the first packet: 0x7F, `FLAC`, version, number of headers. */
const headBytes = 9;

/** `fLaC` and the head of a metadata block. */
const markBytes = 8;

/** Whether a packet begins a stream of FLAC. */
export function isOggFlacHead(packet: Uint8Array): boolean {
  return packet.length > headBytes && String.fromCharCode(...packet.subarray(0, 5)) === "\x7fFLAC";
}

/** Reads the head. Throws SoundFileError. */
export function oggFlacCodec(head: Uint8Array): OggCodec {
  const info = readFlacInfo(head, headBytes + markBytes);
  const { channels, sampleRateHz, bits } = info;
  let work: readonly Float64Array[] = [];
  return {
    ...{ kind: "Ogg FLAC", channels, sampleRateHz, headers: 1 + (head[7] << 8 | head[8]) },
    ...{ preSkip: 0, prerollFrames: 0, isPrimed: false },
    open: () =>
      Promise.resolve({
        decode: (packet) => Promise.resolve(decodePacket(packet)),
        free: () => {},
      }),
  };

  function decodePacket(packet: Uint8Array): readonly Float32Array[] {
    const found = readFlacFrameHead(packet, 0, info);
    if (found === undefined || found.header.channels !== channels || found.header.bits !== bits) return [];
    const { blockFrames } = found.header;
    if (!(work[0]?.length >= blockFrames)) {
      work = Array.from({ length: channels }, () => new Float64Array(blockFrames));
    }
    const sides = Array.from({ length: channels }, () => new Float32Array(blockFrames));
    try {
      if (decodeFlacFrame(packet, 0, { head: found, work }) === undefined) return sides;
    } catch (error) {
      // the page has its own checksum: an encoder wrote this
      if (error instanceof SoundFileError) return sides;
      throw error;
    }
    const scale = 2 ** (1 - bits);
    sides.forEach((side, channel) => {
      for (let at = 0; at < blockFrames; at++) side[at] = work[channel][at] * scale;
    });
    return sides;
  }
}
