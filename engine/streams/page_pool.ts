/**
 * The pages of streams in the shared memory, as their one writer has them: which file and place each holds, and when it was wanted
 * last. A page that is needed takes the place of the one that was wanted longest ago. Stream reader, and offline renderer.
 */
import { invariant } from "../../foundation/invariant.ts";
import { fixed, within } from "../memory/layout.ts";
import { pageBucketIndex, pageIndex, pageSamplesIndex } from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { findPage } from "../memory/stream_pages.ts";

interface HeldPage {
  readonly file: number;
  readonly page: number;
  readonly place: number;
  wanted: number;
}

export class PagePool {
  readonly #memory: SharedMemory;
  /** In the order in which they were wanted last. */
  readonly #held = new Map<string, HeldPage>();
  readonly #free: number[] = [];
  #turn = 0;

  /** Goes on with the pages that an earlier thread has left. */
  constructor(memory: SharedMemory) {
    this.#memory = memory;
    const { pageCount } = memory.geometry;
    let isWhole = (Atomics.load(memory.words, fixed.streamReader.version.index) & 1) === 0;
    for (let place = 0; place < pageCount; place++) {
      const head = pageIndex(memory, place);
      const file = Atomics.load(memory.words, head + within.page.file.index);
      const page = memory.words[head + within.page.page.index];
      const key = keyOf(file, page);
      if (file === 0 || this.#held.has(key)) this.#free.push(place);
      else {
        this.#held.set(key, { file, page, place, wanted: 0 });
        isWhole &&= findPage(memory, file, page) === place;
      }
    }
    if (!isWhole) this.#link();
  }

  /** A new turn: pages that are wanted from now on are not given away in it. */
  begin(): void {
    this.#turn++;
  }

  /** Whether a page is there; it is wanted in this turn. */
  want(file: number, page: number): boolean {
    const key = keyOf(file, page);
    const held = this.#held.get(key);
    if (held === undefined) return false;
    held.wanted = this.#turn;
    this.#held.delete(key);
    this.#held.set(key, held);
    return true;
  }

  /**
   * Puts samples into a page: all frames of the first channel, then those of the next.
   *
   * @returns false where every page is wanted in this turn
   */
  put(file: number, page: number, samples: Float32Array): boolean {
    invariant(file > 0, `streams: expected the number of a file, found ${file}`);
    if (this.want(file, page)) return true;
    const place = this.#free.pop() ?? this.#release();
    if (place === undefined) return false;
    const { words, floats } = this.#memory;
    const head = pageIndex(this.#memory, place);
    floats.set(samples, pageSamplesIndex(this.#memory, place));
    words[head + within.page.page.index] = page;
    const bucket = pageBucketIndex(this.#memory, file, page);
    words[head + within.page.next.index] = Atomics.load(words, bucket);
    Atomics.store(words, head + within.page.file.index, file);
    Atomics.store(words, bucket, place + 1);
    this.#held.set(keyOf(file, page), { file, page, place, wanted: this.#turn });
    return true;
  }

  /** Forgets the pages of a file: it is not played any more. */
  forget(file: number): void {
    for (const held of [...this.#held.values()]) if (held.file === file) this.#free.push(this.#take(held));
  }

  /** The page that was wanted longest ago; undefined where all are wanted now. */
  #release(): number | undefined {
    const [oldest] = this.#held.values();
    return oldest === undefined || oldest.wanted === this.#turn ? undefined : this.#take(oldest);
  }

  /** Takes a page out of the directory, and its head away. */
  #take({ file, page, place }: HeldPage): number {
    const { words } = this.#memory;
    const { version } = fixed.streamReader;
    this.#held.delete(keyOf(file, page));
    const head = pageIndex(this.#memory, place);
    Atomics.add(words, version.index, 1);
    const next = words[head + within.page.next.index];
    let link = pageBucketIndex(this.#memory, file, page);
    while (words[link] !== 0 && words[link] !== place + 1) {
      link = pageIndex(this.#memory, words[link] - 1) + within.page.next.index;
    }
    if (words[link] === place + 1) Atomics.store(words, link, next);
    Atomics.store(words, head + within.page.file.index, 0);
    Atomics.add(words, version.index, 1);
    return place;
  }

  /** Makes the directory again: the thread before was ended while it changed it. */
  #link(): void {
    const { words, geometry } = this.#memory;
    const { version } = fixed.streamReader;
    if ((Atomics.load(words, version.index) & 1) === 0) Atomics.add(words, version.index, 1);
    const first = geometry.pageBucketOffset / 4;
    for (let bucket = 0; bucket < geometry.pageBucketCount; bucket++) Atomics.store(words, first + bucket, 0);
    for (const { file, page, place } of this.#held.values()) {
      const bucket = pageBucketIndex(this.#memory, file, page);
      words[pageIndex(this.#memory, place) + within.page.next.index] = Atomics.load(words, bucket);
      Atomics.store(words, bucket, place + 1);
    }
    for (const place of this.#free) {
      Atomics.store(words, pageIndex(this.#memory, place) + within.page.file.index, 0);
    }
    Atomics.add(words, version.index, 1);
  }
}

function keyOf(file: number, page: number): string {
  return `${file} ${page}`;
}
