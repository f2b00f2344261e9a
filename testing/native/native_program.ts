import { inFolder } from "../in_folder.ts";

const nativeFolder = new URL("../../ffi/native/", import.meta.url).pathname;

export interface NativeProgram {
  /** The C source with `main`; it finds the headers and sources of the native part. */
  readonly source: URL;
  /** Files of `ffi/native/` that it is linked with. */
  readonly parts: readonly string[];
}

/** Runs the program with arguments and returns its output. Rejects with what it reports when it fails. */
export type RunProgram = (...args: readonly (string | number)[]) => Promise<string>;

/** Compiles a C program together with parts of the native code, for as long as the work lasts. */
export function withNativeProgram<T>(
  { source, parts }: NativeProgram,
  work: (run: RunProgram) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const program = `${folder}/program`;
    await outputOf(Deno.env.get("CC") ?? "cc", [
      ...["-std=c11", "-O2", "-Wall", "-Wextra", "-ffp-contract=off", `-I${nativeFolder}`, "-o", program],
      source.pathname,
      ...parts.map((part) => nativeFolder + part),
      "-lpthread",
    ]);
    return await work((...args) => outputOf(program, args.map(String)));
  });
}

async function outputOf(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`${program} failed:\n${errors}`);
  return text;
}
