/**
 * Loads a patch file again whenever it is saved. Editors save in several steps, or by renaming another file over it, so the folder is
 * watched, and a save counts when the file has been quiet for a moment and its text is another. While one version is being loaded
 * the next waits, and only the last one is loaded. Main isolate.
 */
import { basename, dirname, resolve } from "node:path";

export interface PatchWatchOptions {
  /** The file as it was named. */
  readonly file: string;
  /** Loads the file; rejects with why it was refused. Another one may be under way: then it rejects as well. */
  readonly load: () => Promise<unknown>;
  /** Called when a save was loaded, or with why it was not. */
  readonly onLoaded: () => void;
  readonly onRefused: (reason: string) => void;
  /** How long the file is quiet before it counts as saved, in milliseconds. */
  readonly quietMs?: number;
}

const defaultQuietMs = 60;

export class PatchWatch {
  readonly #options: PatchWatchOptions;
  readonly #watcher: Deno.FsWatcher;
  readonly #ended: Promise<void>;
  #text: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLoading = false;

  /** Begins to watch. Throws the system's errors. */
  constructor(options: PatchWatchOptions) {
    this.#options = options;
    const paths = [resolve(options.file), Deno.realPathSync(options.file)];
    this.#text = Deno.readTextFileSync(options.file);
    this.#watcher = Deno.watchFs([...new Set(paths.map((path) => dirname(path)))], { recursive: false });
    this.#ended = this.#follow(new Set(paths.map((path) => basename(path))));
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#watcher.close();
    await this.#ended;
  }

  async #follow(names: ReadonlySet<string>): Promise<void> {
    for await (const { kind, paths } of this.#watcher) {
      if (kind === "access" || !paths.some((path) => names.has(basename(path)))) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#look(), this.#options.quietMs ?? defaultQuietMs);
    }
  }

  /** Loads the file if its text is another, and again if it was saved meanwhile. */
  async #look(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    for (let text = this.#read(); text !== undefined && text !== this.#text; text = this.#read()) {
      this.#text = text;
      await this.#options.load().then(
        () => this.#options.onLoaded(),
        (error: Error) => this.#options.onRefused(error.message),
      );
    }
    this.#isLoading = false;
  }

  /** The text; undefined while the file is not there, as between two steps of an editor, or is still empty. */
  #read(): string | undefined {
    try {
      return Deno.readTextFileSync(this.#options.file) || undefined;
    } catch {
      return undefined;
    }
  }
}
