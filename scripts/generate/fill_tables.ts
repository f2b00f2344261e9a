/**
 * A document with its tables brought up to date; the rest of the text stays. Each table stands between two comments,
 * `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
 *
 * @param path named in the error where the comments of a table are missing
 */
export function fillTables(
  current: string,
  path: string,
  tables: Readonly<Record<string, string>>,
): string {
  let text = current;
  for (const [name, content] of Object.entries(tables)) {
    const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`${path}: expected ${start} and ${end}, where the table belongs`);
    text = `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
  }
  return text;
}
