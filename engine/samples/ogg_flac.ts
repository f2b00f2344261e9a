/** FLAC in Ogg (RFC 9639, 10.1): each packet is a metadata block or a frame, so put together they are a FLAC file. */
import { joinBytes } from "../../foundation/join_bytes.ts";
import type { OggStream } from "./ogg_reader.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";

/** Bytes before `fLaC` in the first packet: 0x7F, `FLAC`, version, number of headers. */
const headBytes = 9;

/** Whether a packet is the first of a FLAC stream. */
function isFirst(packet: Uint8Array): boolean {
  return packet.length > headBytes && String.fromCharCode(...packet.subarray(0, 5)) === "\x7fFLAC";
}

/** The FLAC file in a stream. Throws SoundFileError for more than one stream, or one with holes. */
function unwrap(streams: readonly OggStream[]): Uint8Array<ArrayBuffer> {
  const [{ pages, missingPages }] = streams;
  if (streams.length > 1) {
    throw new SoundFileError(`expected one stream, found ${streams.length}`, "export it as one");
  }
  if (missingPages > 0) {
    throw new SoundFileError(`${missingPages} of its pages are missing`, "copy or export it again");
  }
  const [first, ...rest] = pages.flatMap(({ packets }) => packets);
  return joinBytes([first.subarray(headBytes), ...rest]);
}

/** FLAC in Ogg. */
export const oggFlac = { isFirst, unwrap };
