import { joinBytes } from "./join_bytes.ts";

/** SHA-256 of bytes that follow each other, in hexadecimal digits. By Web Crypto, because `node:crypto` takes 25 ms and more to load. */
export async function sha256(parts: readonly (string | Uint8Array<ArrayBuffer>)[]): Promise<string> {
  const encoder = new TextEncoder();
  const bytes = joinBytes(parts.map((part) => typeof part === "string" ? encoder.encode(part) : part));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
