/** Whether a patch is given as a file rather than by its name. */
export function isPatchFile(nameOrFile: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(nameOrFile);
}
