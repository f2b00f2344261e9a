import { crc32 } from "../../foundation/crc32.ts";
import {
  type ChunkType,
  decodeJson,
  decodePatch,
  type RecordedPatch,
  type SessionHeader,
  sessionMagic,
} from "./session_format.ts";
import { SessionDamagedError } from "./session_damaged_error.ts";

export interface Chunk {
  readonly type: ChunkType;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Read from the file at once: most chunks are far smaller, and every read has a price of its own. */
const windowBytes = 2 ** 18;

/** Reads a session file chunk by chunk; holds one chunk and a window of the file at a time. */
export class SessionReader {
  readonly header: SessionHeader;
  readonly #file: Deno.FsFile;
  readonly #bytes: number;
  #position: number;
  readonly #window = new Uint8Array(windowBytes);
  /** The part of the window that was read from the file and not used yet. */
  #unread = this.#window.subarray(0, 0);

  private constructor(file: Deno.FsFile, bytes: number, position: number, header: SessionHeader) {
    this.#file = file;
    this.#bytes = bytes;
    this.#position = position;
    this.header = header;
  }

  /** Opens a file and reads its header. Throws {@link SessionDamagedError}, or Deno's error when it cannot be opened. */
  static async open(path: string): Promise<SessionReader> {
    const file = await Deno.open(path, { read: true });
    try {
      if ((await file.stat()).isDirectory) {
        throw new SessionDamagedError(`${path}: expected a session file, found a folder`);
      }
      const magic = new Uint8Array(sessionMagic.length);
      const found = await readFully(file, magic);
      if (found < magic.length || magic.some((byte, index) => byte !== sessionMagic[index])) {
        throw new SessionDamagedError(
          `${path}: not a session file (it does not begin with "${new TextDecoder().decode(sessionMagic)}")`,
        );
      }
      const { size } = await file.stat();
      const reader = new SessionReader(file, size, magic.length, undefined as unknown as SessionHeader);
      const first = await reader.next();
      if (first?.type !== "HEAD") throw new SessionDamagedError(`${path}: its header is missing or damaged`);
      const header = headerOf(first.payload, path);
      await file.seek(reader.#position, Deno.SeekMode.Start);
      return new SessionReader(file, size, reader.#position, header);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Reads the chunks of an open file from one of them on; its header is not read. */
  static async from(file: Deno.FsFile, position: number): Promise<Pick<SessionReader, "next" | "position">> {
    const { size } = await file.stat();
    await file.seek(position, Deno.SeekMode.Start);
    return new SessionReader(file, size, position, undefined as unknown as SessionHeader);
  }

  /** Bytes before the next chunk. */
  get position(): number {
    return this.#position;
  }

  /** The patch that the session begins with; it follows the header. Throws {@link SessionDamagedError}. */
  async patch(): Promise<RecordedPatch> {
    await this.rewind();
    await this.next();
    const chunk = await this.next();
    if (chunk?.type !== "PTCH") {
      throw new SessionDamagedError("the session has lost its patch: its start is damaged");
    }
    await this.rewind();
    return decodePatch(chunk.payload);
  }

  /** How much of the file has been read, 0..1. */
  get progress(): number {
    return this.#bytes === 0 ? 1 : this.#position / this.#bytes;
  }

  /** The next whole chunk; undefined at the end, or where the file was cut off or is damaged. */
  async next(): Promise<Chunk | undefined> {
    const head = new Uint8Array(8);
    if (!await this.#read(head)) return undefined;
    const bytes = new DataView(head.buffer).getUint32(4, true);
    if (this.#position + 12 + bytes > this.#bytes) return undefined;
    const payload = new Uint8Array(bytes);
    const crc = new Uint8Array(4);
    if (!await this.#read(payload) || !await this.#read(crc)) return undefined;
    if (crc32(payload) !== new DataView(crc.buffer).getUint32(0, true)) return undefined;
    this.#position += 12 + bytes;
    return { type: new TextDecoder().decode(head.subarray(0, 4)) as ChunkType, payload };
  }

  /** Goes back to the first chunk. */
  async rewind(): Promise<void> {
    this.#position = await this.#file.seek(sessionMagic.length, Deno.SeekMode.Start);
    this.#unread = this.#window.subarray(0, 0);
  }

  /** Whether everything in the file has been read, i.e. it was not cut off. */
  get atEnd(): boolean {
    return this.#position === this.#bytes;
  }

  close(): void {
    this.#file.close();
  }

  /** Fills `into` with what follows; false where the file ends before. Small reads go through the window. */
  async #read(into: Uint8Array<ArrayBuffer>): Promise<boolean> {
    let at = this.#drain(into);
    while (at < into.length && into.length - at < windowBytes) {
      const count = await this.#file.read(this.#window);
      if (count === null) return false;
      this.#unread = this.#window.subarray(0, count);
      at += this.#drain(into.subarray(at));
    }
    const rest = into.subarray(at);
    return await readFully(this.#file, rest) === rest.length;
  }

  /** Takes what the window has; returns the bytes. */
  #drain(into: Uint8Array<ArrayBuffer>): number {
    const part = this.#unread.subarray(0, into.length);
    into.set(part);
    this.#unread = this.#unread.subarray(part.length);
    return part.length;
  }
}

function headerOf(payload: Uint8Array, path: string): SessionHeader {
  try {
    return decodeJson(payload) as SessionHeader;
  } catch (cause) {
    throw new SessionDamagedError(`${path}: its header is missing or damaged`, { cause });
  }
}

async function readFully(file: Deno.FsFile, into: Uint8Array): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const count = await file.read(into.subarray(at));
    if (count === null) break;
    at += count;
  }
  return at;
}
