/** An IPv4 address with dots as the word that C takes: its bytes in network order. */
export function ipv4Word(address: string): number {
  return new Uint32Array(Uint8Array.from(address.split(".").map(Number)).buffer)[0];
}

/** The address of such a word. */
export function ipv4Text(word: number): string {
  return [...new Uint8Array(Uint32Array.of(word).buffer)].join(".");
}
