/** `understudy config`: each setting, its value, and where it comes from. */
import { settingValues } from "../config/settings.ts";
import type { SettingsFile } from "../config/settings_file.ts";
import { printable } from "../foundation/printable.ts";
import type { Painter } from "./paint.ts";

export interface ShowSettingsOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly file: SettingsFile | undefined;
  readonly painter: Painter;
}

/** A row for each setting; those that were set first. */
export function settingsText({ environment, file, painter }: ShowSettingsOptions): string {
  const rows = settingValues(environment, file).map(({ name, value, from, isSecret }) => ({
    name,
    from,
    value: value === undefined ? "" : isSecret ? "(secret)" : printable(value),
  }));
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const valueWidth = Math.min(32, Math.max(...rows.map(({ value }) => value.length)));
  const text = ({ name, value, from }: typeof rows[number]) => {
    const row = `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}`;
    return from === "default" ? painter.dim(`${row}  ${from}`) : `${painter.bold(row)}  ${from}`;
  };
  const isSet = ({ from }: { readonly from: string }) => from !== "default";
  return [...rows.filter(isSet), ...rows.filter((row) => !isSet(row))].map((row) => text(row) + "\n").join(
    "",
  );
}

/** The same as JSON; the value of a secret is left out, a setting without a value is null. */
export function settingsJson({ environment, file }: Omit<ShowSettingsOptions, "painter">): string {
  const rows = settingValues(environment, file).map(({ name, value = null, from, isSecret }) =>
    isSecret && value !== null ? { name, isSecret, from } : { name, value, from }
  );
  return JSON.stringify(rows, undefined, 2) + "\n";
}
