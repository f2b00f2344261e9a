/** Bytes by their position, of a file of any length. */
import { SoundFileError } from "../../sound_files/sound_file_error.ts";

export interface ByteSource {
  /** Bytes when it was opened. A file that grows is played as long as it was then. */
  readonly size: number;
  /**
   * Bytes from a position on; fewer at the end. They are not to be changed, and may be shared with other reads.
   *
   * @throws {SoundFileError} where the file has become shorter
   */
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): void;
}

/** Bytes that lie in memory. */
export function bytesInMemory(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    size: bytes.length,
    read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)),
    close: () => {},
  };
}

/** A block that small reads share. */
const blockBytes = 2 ** 16;

/**
 * Opens a file. What is none is refused before it is opened, because a pipe would block.
 *
 * @throws {SoundFileError} and what the system says
 */
export async function openBytes(path: string): Promise<ByteSource> {
  const { isFile, isDirectory } = await Deno.stat(path);
  if (!isFile) {
    const found = isDirectory ? "a folder" : "a device or pipe";
    throw new SoundFileError(`expected a file, found ${found}`, "name a sound file");
  }
  const file = await Deno.open(path);
  const { size } = await file.stat();
  return new FileBytes(file, size);
}

class FileBytes implements ByteSource {
  readonly #file: Deno.FsFile;
  #block: { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;

  constructor(file: Deno.FsFile, readonly size: number) {
    this.#file = file;
  }

  async read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const end = Math.min(at + length, this.size);
    if (at >= end) return new Uint8Array();
    if (end - at > blockBytes / 2) return await this.#readFile(at, end);
    const block = this.#block;
    if (block === undefined || at < block.at || end > block.at + block.bytes.length) {
      const bytes = await this.#readFile(at, Math.min(at + blockBytes, this.size));
      this.#block = { at, bytes };
      return bytes.subarray(0, end - at);
    }
    return block.bytes.subarray(at - block.at, end - block.at);
  }

  async #readFile(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(to - from);
    await this.#file.seek(from, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) {
      const count = await this.#file.read(bytes.subarray(at));
      if (count === null) {
        throw new SoundFileError(
          `it was ${this.size} bytes long when it was opened and ends at byte ${from + at} now`,
          "do not change files that play",
        );
      }
      at += count;
    }
    return bytes;
  }

  close(): void {
    this.#file.close();
  }
}
