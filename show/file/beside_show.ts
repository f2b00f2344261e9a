/** Whether a file that a show names lies beside it or below, by its name alone: neither whole paths nor ways out of the folder do. */
export function isBesideShow(name: string): boolean {
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(name)) return false;
  let depth = 0;
  for (const part of name.split(/[/\\]/)) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return false;
  }
  return true;
}
