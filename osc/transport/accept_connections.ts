/** After an error, e.g. because the process has too few descriptors, the next connection is accepted this much later. */
const retryMs = 50;

export interface AcceptOptions {
  readonly onConnection: (connection: Deno.TcpConn) => void;
  readonly onError: (error: unknown) => void;
  /** Whether the listener was closed on purpose. */
  readonly isStopped: () => boolean;
}

/** Accepts connections until the listener is stopped: no error ends it. Never rejects. Main isolate. */
export async function acceptConnections(
  listener: Pick<Deno.TcpListener, "accept">,
  { onConnection, onError, isStopped }: AcceptOptions,
): Promise<void> {
  while (!isStopped()) {
    try {
      onConnection(await listener.accept());
    } catch (error) {
      if (isStopped()) return;
      onError(error);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
