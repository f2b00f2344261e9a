/** Whether this machine has IPv6. Where it has none, tests are skipped with a line, except in continuous integration. */
export const hasIpv6 = (() => {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    console.error("SKIPPED: IPv6 in the transports: this machine has none");
    return Deno.env.get("CI") === "true";
  }
})();
