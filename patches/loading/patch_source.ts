import { compileGraph } from "../../compiler/compile.ts";
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { type CheckedGraph, decodeGraph, type LoadedGraph } from "../../compiler/graph/checked_graph.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { askWorker } from "../../foundation/ask_worker.ts";
import { patchNamed } from "../ready/catalogue.ts";
import { allowedPatch } from "./allowed_patch.ts";
import type { BuildStart } from "./build_worker.ts";
import { evaluatePatch } from "./evaluate_patch.ts";
import { isPatchFile } from "./patch_name.ts";
import { sampleFolderOf } from "./sample_folder.ts";

/** Decodes sound files; `SampleLoader` is one. */
export interface SampleSource {
  /**
   * The bank of these files, or undefined where there are no names.
   *
   * @param folder where the files are, below which the names lie
   */
  load(folder: string, names: readonly string[], signal?: AbortSignal): Promise<SampleBank | undefined>;
}

export interface PatchSourceOptions {
  /** What the graphs are built for. */
  readonly format: PatchFormat;
  readonly samples: SampleSource;
  /** Folder of the sound files; omitted: `samples` beside the patch file, or those of the ready patches. */
  readonly sampleFolder?: string;
  /** Folder whose patch files remote senders may load; omitted: none but {@link initial}. */
  readonly patchFolder?: string;
  /** Name or file of the first patch, which remote senders may load again. */
  readonly initial?: string;
  /** Name or file that {@link PatchSource.exchange} played last, before this start; omitted: {@link initial}. */
  readonly last?: string;
  /** Receives what a patch file prints while it is evaluated. */
  readonly onPrint?: (text: string) => void;
  /** Longest evaluation of a patch file, in milliseconds. */
  readonly timeLimitMs?: number;
}

/** A checked graph with the sound files that it names: what is rehearsed, compiled, or drawn. */
export interface LoadedPatch {
  readonly graph: LoadedGraph;
  readonly samples: SampleBank | undefined;
}

/** Longest building of a ready patch in a thread of its own. */
const buildTimeoutMs = 60_000;

/** Finds patches, by name or file, and loads them for one format. Main isolate. */
export class PatchSource {
  readonly #options: PatchSourceOptions;
  /** Name or file of the patch that {@link exchange} played last. */
  #current: string | undefined;
  #exchanging = false;
  readonly #stop = new AbortController();
  /** Ready patches that were exchanged before. */
  readonly #built = new Map<string, CheckedGraph>();

  constructor(options: PatchSourceOptions) {
    this.#options = options;
    this.#current = options.last ?? options.initial;
  }

  /** The format that graphs are built for. */
  get format(): PatchFormat {
    return this.#options.format;
  }

  /** Name or file of the patch that {@link exchange} played last. */
  get current(): string | undefined {
    return this.#current;
  }

  /**
   * Loads a ready patch by its name, or evaluates a patch file in the sandbox, and decodes its samples.
   *
   * @param signal aborts the evaluation and the decoding
   * @throws {PatchUnknownError} `PatchError` `SampleError`, and the reason of the signal
   */
  load(nameOrFile: string, signal?: AbortSignal): Promise<LoadedPatch> {
    return this.#load(nameOrFile, { signal, isPlaying: false });
  }

  /** Loads and compiles a patch. Throws what {@link load} throws. */
  async compile(nameOrFile: string, signal?: AbortSignal): Promise<CompiledPatch> {
    const { graph, samples } = await this.load(nameOrFile, signal);
    return compileGraph(decodeGraph(graph), this.format, samples);
  }

  /**
   * Loads the patch that a remote sender asks for, if it may have it, and plays it; one at a time.
   *
   * @param nameOrFile omitted: the patch that was exchanged last, read again
   * @param play makes the patch heard; when it throws, the patch before stays the last one
   * @returns what `play` returns
   * @throws what {@link load} and {@link allowedPatch} throw, and PatchError at once while another one is exchanged
   */
  async exchange<T>(
    nameOrFile: string | undefined,
    play: (patch: LoadedPatch) => Promise<T>,
  ): Promise<T> {
    if (this.#exchanging) throw new PatchError("another patch is being loaded; try again when it is done");
    this.#exchanging = true;
    try {
      const { initial, patchFolder: folder } = this.#options;
      const wanted = await allowedPatch(nameOrFile ?? this.#current!, { first: initial, folder });
      const played = await play(
        await this.#load(wanted, { signal: this.#stop.signal, isPlaying: true }),
      );
      this.#current = wanted;
      return played;
    } finally {
      this.#exchanging = false;
    }
  }

  /** Ends an exchange that has not come to playing, with its processes; the engine stops. */
  stop(): void {
    this.#stop.abort(new PatchError("the engine is stopping"));
  }

  async #load(
    nameOrFile: string,
    { signal, isPlaying }: { readonly signal: AbortSignal | undefined; readonly isPlaying: boolean },
  ): Promise<LoadedPatch> {
    const { format, samples, sampleFolder, onPrint, timeLimitMs } = this.#options;
    const graph = isPatchFile(nameOrFile)
      ? await evaluatePatch(nameOrFile, format, { onPrint, signal, timeLimitMs, isPlaying })
      : isPlaying
      ? await this.#buildApart(nameOrFile, signal)
      : patchNamed(nameOrFile).build(format);
    const folder = sampleFolderOf(nameOrFile, sampleFolder);
    return { graph, samples: await samples.load(folder, graph.samples ?? [], signal) };
  }

  /** Builds a ready patch in a thread, once: a ready patch is the same every time. */
  async #buildApart(name: string, signal: AbortSignal | undefined): Promise<CheckedGraph> {
    patchNamed(name); // throws for an unknown name
    const built = this.#built.get(name) ?? await askWorker<CheckedGraph>({
      module: new URL("./build_worker.ts", import.meta.url),
      data: { name, format: this.format } satisfies BuildStart,
      timeoutMs: buildTimeoutMs,
      signal,
    });
    this.#built.set(name, built);
    return built;
  }
}
