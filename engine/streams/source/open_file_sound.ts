/** Chooses the reader of a sound file by its first bytes. */
import { idAt } from "../../sound_files/chunks.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import { openAiff } from "./aiff_sound.ts";
import type { ByteSource } from "./byte_source.ts";
import type { FileSound, Warn } from "./file_sound.ts";
import { openWav } from "./wav_sound.ts";

/** Opens bytes of any kind. Throws SoundFileError. */
export async function openFileSound(bytes: ByteSource, warn: Warn): Promise<FileSound> {
  const head = await bytes.read(0, 64);
  const [id, form] = [idAt(head, 0), idAt(head, 8)];
  if (["RIFF", "RIFX", "RF64", "BW64"].includes(id) && form === "WAVE") return await openWav(bytes, warn);
  if (id === "FORM" && ["AIFF", "AIFC"].includes(form)) return await openAiff(bytes, warn);
  throw new SoundFileError(
    head.length === 0 ? "it is empty" : "expected WAV or AIFF, found something else",
    "export it as one of them",
  );
}
