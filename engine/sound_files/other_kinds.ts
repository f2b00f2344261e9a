/** Kinds of sound file that are not decoded, by their first bytes, so that errors can name them. */
import { idAt } from "./chunks.ts";

/** Marks, and where they are. */
const marks: readonly (readonly [mark: string, kind: string, at: number])[] = [
  ["ftyp", "MP4", 4],
  ["caff", "CAF", 0],
  [".snd", "AU", 0],
  ["riff", "Wave64", 0],
  ["wvpk", "WavPack", 0],
  ["MAC ", "Monkey's Audio", 0],
  ["\x30\x26\xb2\x75", "WMA", 0],
  ["\x1a\x45\xdf\xa3", "Matroska or WebM", 0],
  ["8SVX", "8SVX", 8],
];

/** The name of the kind; undefined where nothing is known, which may be MP3 too. */
export function otherKind(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "an empty file";
  const [, kind] = marks.find(([mark, , at]) => idAt(bytes, at) === mark) ?? [];
  if (kind !== undefined) return kind;
  if (bytes[0] === 0xff && bytes[1] === 0xf8) return "FLAC without its beginning";
  // eleven ones begin a frame of MPEG audio; layer 0 is that of AAC
  return bytes[0] === 0xff && bytes[1] >= 0xe0 && (bytes[1] & 6) === 0 ? "AAC" : undefined;
}
