import wabt from "wabt";

/** WebAssembly text that the assembler rejects; the message names the patch, the line and what was expected. */
export class AssemblyError extends Error {
  override readonly name = "AssemblyError";
}

let loading: ReturnType<typeof wabt> | undefined;

/** What may stand in the text. Relaxed SIMD may not: its results differ between machines. */
const features = { simd: true, threads: true, multi_memory: true };

/** The package's types leave out that validation takes features, and one of these. */
interface Validating {
  validate(enabled: typeof features): void;
}

/**
 * Assembles WebAssembly text.
 *
 * @param name stands in error messages
 * @throws {AssemblyError}
 */
export async function assemble(wat: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const assembler = await (loading ??= wabt());
  try {
    const parsed = assembler.parseWat(`${name}.wat`, wat, features);
    try {
      (parsed as unknown as Validating).validate(features);
      return new Uint8Array(parsed.toBinary({}).buffer);
    } finally {
      parsed.destroy();
    }
  } catch (cause) {
    throw new AssemblyError((cause as Error).message, { cause });
  }
}
