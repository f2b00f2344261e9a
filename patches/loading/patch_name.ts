/** Whether a patch is named by its file. */
export function isPatchFile(nameOrFile: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(nameOrFile);
}
