/** The result of some work, or undefined when it takes longer than `timeoutMs`; the work itself goes on. */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((done) => timer = setTimeout(() => done(undefined), timeoutMs));
  return await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
