import wabt from "wabt";

/** WebAssembly text that the assembler rejects; the message names the patch, the line and what was expected. */
export class AssemblyError extends Error {
  override readonly name = "AssemblyError";
}

let loading: ReturnType<typeof wabt> | undefined;

/**
 * Assembles WebAssembly text. SIMD is on, relaxed SIMD is not: its results differ between machines.
 *
 * @param name stands in error messages
 * @throws {AssemblyError}
 */
export async function assemble(wat: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const assembler = await (loading ??= wabt());
  try {
    const parsed = assembler.parseWat(`${name}.wat`, wat, { simd: true });
    try {
      parsed.validate();
      return new Uint8Array(parsed.toBinary({}).buffer);
    } finally {
      parsed.destroy();
    }
  } catch (cause) {
    throw new AssemblyError((cause as Error).message, { cause });
  }
}
