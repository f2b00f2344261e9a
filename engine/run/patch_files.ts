/**
 * Patches as files of a run's folder, for processes that have no port to receive them: a description, the WebAssembly module, and
 * the samples, whose file every process maps, so they are in memory once. Written beside and renamed: what has its name is whole.
 */
import type { CompiledPatch, PatchDescription } from "../../compiler/graph/compiled_patch.ts";
import { cString } from "../../ffi/c_string.ts";
import { mapMemory } from "../../ffi/mapped_memory.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import type { RunFolder } from "./run_folder.ts";

/** The description of a patch and the file of its samples. */
interface PatchFile {
  readonly description: PatchDescription;
  readonly samples?: { readonly path: string; readonly bytes: number };
}

/** A patch as it is read back; its code is not compiled yet. */
export type StoredPatch = Omit<CompiledPatch, "module">;

export class PatchFiles {
  readonly #folder: RunFolder;
  readonly #native: NativeLibrary;
  readonly #samples = new WeakMap<WebAssembly.Memory, NonNullable<PatchFile["samples"]>>();

  constructor(folder: RunFolder, native: NativeLibrary) {
    this.#folder = folder;
    this.#native = native;
  }

  /** Writes a patch. Its samples, if another patch has them already, are not written again. */
  async write(number: number, patch: CompiledPatch): Promise<void> {
    const { wasm, module: _module, sampleMemory, ...description } = patch;
    const samples = sampleMemory && await this.#writeSamples(number, sampleMemory);
    const file: PatchFile = { description, ...(samples && { samples }) };
    this.#put(`patch-${number}.wasm`, wasm);
    this.#put(`patch-${number}.json`, new TextEncoder().encode(JSON.stringify(file)));
  }

  /** Reads a patch that was written, by any process of the run. */
  read(number: number): StoredPatch {
    const base = `${this.#folder.path}/patch-${number}`;
    const { description, samples } = this.#description(number);
    const wasm = Deno.readFileSync(`${base}.wasm`);
    if (!samples) return { ...description, wasm };
    const sampleMemory = mapMemory(this.#native, { ...samples, create: false });
    this.#samples.set(sampleMemory, samples);
    return { ...description, wasm, sampleMemory };
  }

  /** Numbers of all patches that are there, in order. */
  numbers(): number[] {
    return [...Deno.readDirSync(this.#folder.path)].flatMap(({ name }) => {
      const number = name.match(/^patch-(\d+)\.json$/)?.[1];
      return number === undefined ? [] : [Number(number)];
    }).sort((a, b) => a - b);
  }

  /** Removes a patch, and its samples unless another one has them. Renderers that have mapped them keep them. */
  remove(number: number): void {
    const { samples } = this.#description(number);
    for (const ending of ["json", "wasm"]) Deno.removeSync(`${this.#folder.path}/patch-${number}.${ending}`);
    const isShared = this.numbers().some((other) => this.#description(other).samples?.path === samples?.path);
    if (samples && !isShared) this.#removeShared(samples.path);
  }

  #description(number: number): PatchFile {
    return JSON.parse(Deno.readTextFileSync(`${this.#folder.path}/patch-${number}.json`)) as PatchFile;
  }

  async #writeSamples(
    number: number,
    memory: WebAssembly.Memory,
  ): Promise<NonNullable<PatchFile["samples"]>> {
    const known = this.#samples.get(memory);
    if (known && this.#isThere(known.path)) return known;
    const samples = { path: this.#folder.samplesOf(number), bytes: memory.buffer.byteLength };
    this.#removeShared(samples.path); // of a control process that was lost while it wrote them
    const mapped = mapMemory(this.#native, { ...samples, create: true });
    const [from, to] = [new Uint8Array(memory.buffer), new Uint8Array(mapped.buffer)];
    for (let at = 0; at < from.length; at += copiedAtOnce) {
      to.set(from.subarray(at, at + copiedAtOnce), at);
      await new Promise((resume) => setTimeout(resume, 0)); // the supervisor has its turn
    }
    this.#samples.set(memory, samples);
    return samples;
  }

  #isThere(path: string): boolean {
    return this.#native.symbols.us_run_has_file(cString(path)) === 1;
  }

  #removeShared(path: string): void {
    this.#native.symbols.us_run_remove_file(cString(path));
  }

  #put(name: string, bytes: Uint8Array): void {
    const path = `${this.#folder.path}/${name}`;
    Deno.writeFileSync(`${path}.new`, bytes);
    Deno.renameSync(`${path}.new`, path);
  }
}

/** Bytes of samples that are copied in one turn of the main isolate, some milliseconds. */
const copiedAtOnce = 16 * 2 ** 20;
