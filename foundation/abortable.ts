/**
 * The result of some work, or the reason of the signal once that is aborted; the work itself goes on. Leaves no listener behind.
 *
 * @param signal undefined: nothing aborts it
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const listener = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", listener);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", listener);
  }
}
