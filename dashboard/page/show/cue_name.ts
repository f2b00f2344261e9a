/** How a cue is called where there is one line for it. */
export function cueName(
  { number, name }: { readonly number?: string; readonly name: string },
): string {
  return number === undefined ? name : `${number} ${name}`;
}
