/**
 * Writes a file beside its place and renames it there: a reader finds the file before or this one, never a part. One writer at
 * a time. The text waits in the system's cache: a power cut may lose it.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  Deno.writeFileSync(`${path}.new`, bytes);
  Deno.renameSync(`${path}.new`, path);
}
