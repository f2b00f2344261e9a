/**
 * The host by which the shares of senders are counted: `this machine` for every loopback address, an address of IPv4, a
 * network of 64 bits of IPv6, because one host may take any address of it; a link-local address counts for itself.
 *
 * @param hostname of a `PacketSender`
 */
export function senderHost(hostname: string): string {
  if (hostname.startsWith("127.") || hostname === "::1") return "this machine";
  if (!hostname.includes(":") || /^fe[89ab]/i.test(hostname)) return hostname;
  return `${networkOf(hostname)}::/64`;
}

/** The first four groups of an address of IPv6, without leading zeros. */
function networkOf(address: string): string {
  const [head, tail] = address.split("%")[0].split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined
    ? before
    : [...before, ...new Array(Math.max(0, 8 - before.length - after.length)).fill("0"), ...after];
  return groups.slice(0, 4).map((group) => (parseInt(group, 16) || 0).toString(16)).join(":");
}
