/** Another program has the port; the message names the port and the remedy. */
export class PortInUseError extends Error {
  override readonly name = "PortInUseError";
}
