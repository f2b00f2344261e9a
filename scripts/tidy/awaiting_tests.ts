/**
 * Files of the program that are tested only by way of others. Each waits for `tests/<path>_test.ts`; the list may get
 * shorter, never longer.
 */
export const awaitingTests: readonly string[] = [];
