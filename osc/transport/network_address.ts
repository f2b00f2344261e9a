/** Addresses of hosts as sockets, settings and headers write them. */

/** Whether a host is this machine: an IP address of the loopback network, or `localhost`. */
export function isLoopback(hostname: string): boolean {
  const plain = plainHostname(hostname);
  return plain === "localhost" || plain === "::1" || /^127(\.\d{1,3}){3}$/.test(plain);
}

/** Whether a listener at this address takes connections at all addresses of the machine. */
export function isUnspecified(hostname: string): boolean {
  return hostname === "0.0.0.0" || plainHostname(hostname) === "::";
}

/** Without the brackets of IPv6; IPv4 that came in on a socket of IPv6 is written as IPv4. */
export function plainHostname(hostname: string): string {
  const bare = hostname.startsWith("[") && hostname.endsWith("]") ? hostname.slice(1, -1) : hostname;
  return bare.startsWith("::ffff:") && bare.includes(".") ? bare.slice(7) : bare;
}

/** Host and port as people write them: `127.0.0.1:57130`, `[::1]:57130`. */
export function hostAndPort(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** The parts of what {@link hostAndPort} wrote; the host without brackets. */
export function splitHostAndPort(address: string): { readonly hostname: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { hostname: plainHostname(address.slice(0, colon)), port: Number(address.slice(colon + 1)) };
}
