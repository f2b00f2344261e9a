/** Chooses the reader of a sound file by its first bytes. */
import { idAt } from "../../sound_files/chunks.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import { otherKind } from "../../sound_files/other_kinds.ts";
import { openAiff } from "./aiff_sound.ts";
import type { ByteSource } from "./byte_source.ts";
import type { FileSound, Warn } from "./file_sound.ts";
import { openFlac } from "./flac_sound.ts";
import { openOgg } from "./ogg_sound.ts";
import { openWav } from "./wav_sound.ts";

/** Tags before the sound that are skipped at most; a picture of a few megabytes is usual. */
const maxTags = 16;

/** Opens bytes of any kind. Throws SoundFileError. */
export async function openFileSound(bytes: ByteSource, warn: Warn): Promise<FileSound> {
  const start = await endOfTags(bytes);
  const head = await bytes.read(start, 64);
  const [id, form] = [idAt(head, 0), idAt(head, 8)];
  if (start === 0 && ["RIFF", "RIFX", "RF64", "BW64"].includes(id) && form === "WAVE") {
    return await openWav(bytes, warn);
  }
  if (start === 0 && id === "FORM" && ["AIFF", "AIFC"].includes(form)) return await openAiff(bytes, warn);
  if (id === "fLaC") return await openFlac(bytes, start, warn);
  if (id === "OggS") return await openOgg(bytes, start, warn);
  const kind = otherKind(head);
  if (kind === undefined) {
    // loaded on demand, as every library of a codec: it is larger than all the rest
    const { openMpeg } = await import("./mpeg_sound.ts");
    const sound = await openMpeg(bytes, start, warn);
    if (sound !== undefined) return sound;
  }
  throw new SoundFileError(
    `expected WAV, AIFF, FLAC, Ogg Vorbis, Ogg Opus or MP3, found ${kind ?? "something else"}`,
    "export it as one of them",
  );
}

/** The byte behind the tags (ID3v2) that some programs write before any kind of file. */
async function endOfTags(bytes: ByteSource): Promise<number> {
  let at = 0;
  for (let count = 0; count < maxTags; count++) {
    const head = await bytes.read(at, 10);
    if (!idAt(head, 0).startsWith("ID3") || head.length < 10) break;
    const [a, b, c, d] = head.subarray(6, 10);
    const footerBytes = (head[5] & 16) !== 0 ? 10 : 0;
    at += 10 + (a << 21 | b << 14 | c << 7 | d) + footerBytes;
  }
  return at;
}
