/**
 * The pages of streams as renderers see them: samples of a file at a place in it, found by a directory of chains. The stream
 * reader alone changes them; a page that is found may be given to another file while it is read, so its head is looked at again
 * after that. Nothing allocates.
 */
import { pageSamples } from "./constants.ts";
import { fixed, within } from "./layout.ts";
import { pageBucketIndex, pageIndex } from "./places.ts";
import type { SharedMemory } from "./shared_memory.ts";

/** Looks at a directory that is being changed, at most. */
const maxLooks = 4;

/** A page that a block needs. */
export interface NeededPage {
  readonly file: number;
  readonly channels: number;
  readonly page: number;
}

/** Frames of a page of a file: a power of two. */
export function pageFrames(channels: number): number {
  return 1 << (31 - Math.clz32(pageSamples / channels));
}

/** The page, by its place in the pool, that holds a page of a file; -1: it is not there. Any thread. */
export function findPage(memory: SharedMemory, file: number, page: number): number {
  const { words } = memory;
  const version = fixed.streamReader.version.index;
  const bucket = pageBucketIndex(memory, file, page);
  for (let looks = 0; looks < maxLooks; looks++) {
    const before = Atomics.load(words, version);
    let place = Atomics.load(words, bucket);
    for (let left = memory.geometry.pageCount; place !== 0 && left > 0; left--) {
      const head = pageIndex(memory, place - 1);
      if (holdsPage(memory, place - 1, file, page)) return place - 1;
      place = Atomics.load(words, head + within.page.next.index);
    }
    if ((before & 1) === 0 && Atomics.load(words, version) === before) return -1;
  }
  return -1;
}

/** Whether a page of the pool holds a page of a file, now. Any thread. */
export function holdsPage(memory: SharedMemory, place: number, file: number, page: number): boolean {
  const head = pageIndex(memory, place);
  return Atomics.load(memory.words, head + within.page.page.index) === page &&
    Atomics.load(memory.words, head + within.page.file.index) === file;
}
