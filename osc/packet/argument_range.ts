/** Bounds, or a list of the only values. */
export type ArgumentRange =
  | { readonly MIN: number; readonly MAX: number }
  | { readonly VALS: readonly number[] };
