/**
 * Writes `tests/compiler/wat_hashes.json`: the SHA-256 of the WebAssembly text of every ready patch. A change that should
 * not touch what patches compile to leaves it as it is; one that should is seen in its diff.
 *
 *     deno task hashes
 */
import { patchText } from "../compiler/compile.ts";
import { SampleLoader } from "../engine/samples/sample_loader.ts";
import { sampleFolderOf } from "../patches/loading/sample_folder.ts";
import { patchNamed, patchNames } from "../patches/ready/catalogue.ts";

const file = new URL("../tests/compiler/wat_hashes.json", import.meta.url);
const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 2, maximumBlockFrames: 128 };

/** Hexadecimal, by the name of the patch. */
export async function watHashes(): Promise<Record<string, string>> {
  const loader = new SampleLoader();
  const hashes: Record<string, string> = {};
  for (const name of patchNames) {
    const graph = patchNamed(name).build(format);
    const samples = await loader.load(sampleFolderOf(name, undefined), graph.samples ?? []);
    const { wat } = patchText(graph, format, samples);
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(wat));
    hashes[name] = new Uint8Array(hash).toHex();
  }
  return hashes;
}

if (import.meta.main) {
  await Deno.writeTextFile(file, JSON.stringify(await watHashes(), undefined, 2) + "\n");
}
