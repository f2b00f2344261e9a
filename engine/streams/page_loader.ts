/**
 * Loads the pages that a block needs, for a renderer that has all the time: a session that is rendered again, and the end of a journal.
 * A file that has changed since it was played is an error that names it. Offline.
 */
import { createHash } from "node:crypto";
import { invariant } from "../../foundation/invariant.ts";
import type { NeededPage } from "../memory/stream_pages.ts";
import { pageFrames } from "../memory/stream_pages.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { PagePool } from "./page_pool.ts";
import type { Source } from "./source/source.ts";
import { SourceError } from "./source/source_error.ts";
import { SourceProcess } from "./source/source_process.ts";
import type { StreamedFile } from "./streamed_file.ts";

const hashBytes = 2 ** 20;

export class PageLoader {
  readonly #memory: SharedMemory;
  readonly #pool: PagePool;
  readonly #process = new SourceProcess();
  readonly #sources = new Map<number, Promise<Source>>();
  /** By their numbers; undefined: silence is in place of every file. */
  readonly #files: ReadonlyMap<number, StreamedFile> | undefined;

  constructor(memory: SharedMemory, files: ReadonlyMap<number, StreamedFile> | undefined) {
    this.#memory = memory;
    this.#pool = new PagePool(memory);
    this.#files = files;
  }

  /** Makes pages present, all at once: none of them makes room for another. Throws {@link SourceError}. */
  async load(pages: readonly NeededPage[]): Promise<void> {
    this.#pool.begin();
    const missing = pages.filter(({ file, page }) => !this.#pool.want(file, page));
    for (const { file, channels, page } of missing) {
      const frames = pageFrames(channels);
      const samples = this.#files === undefined
        ? new Float32Array(frames * channels)
        : await (await this.#sourceOf(file)).read(page * frames, frames);
      invariant(
        this.#pool.put(file, page, samples),
        `streams: a block needs ${pages.length} pages, there is room for fewer`,
      );
    }
  }

  async close(): Promise<void> {
    for (const source of this.#sources.values()) await source.then((open) => open.close(), () => {});
    this.#process.close();
  }

  #sourceOf(number: number): Promise<Source> {
    const known = this.#sources.get(number);
    if (known !== undefined) return known;
    const opened = this.#open(number);
    this.#sources.set(number, opened);
    return opened;
  }

  async #open(number: number): Promise<Source> {
    const file = this.#files!.get(number);
    if (file === undefined) {
      throw new SourceError(`${number}`, "it was played, and the recording does not name it");
    }
    const { sampleRateHz } = this.#memory.geometry;
    const source = await this.#process.open(file.path, { sampleRateHz });
    if (file.sha256 !== "" && await sha256Of(file.path) !== file.sha256) {
      throw new SourceError(file.path, "it has changed since it was played; put the old one in its place");
    }
    return source;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  const handle = await Deno.open(path);
  const piece = new Uint8Array(hashBytes);
  try {
    for (let count = await handle.read(piece); count !== null; count = await handle.read(piece)) {
      hash.update(piece.subarray(0, count));
    }
  } finally {
    handle.close();
  }
  return hash.digest("hex");
}
