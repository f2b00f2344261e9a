/** Bytes of hexadecimal digits, with spaces anywhere. */
export const bytes = (text: string) =>
  new Uint8Array(text.replaceAll(" ", "").match(/../g)!.map((pair) => parseInt(pair, 16)));

/** Bytes of ASCII text, where `.` stands for zero. */
export const ascii = (text: string) => new TextEncoder().encode(text.replaceAll(".", "\0"));

/** All bytes one after the other. */
export const joined = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
