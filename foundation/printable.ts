/**
 * Text from outside on one line of a log or a terminal: a control character, which could end the line or move the cursor, is
 * written as its code.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return `\\u${code.padStart(4, "0")}`;
  });
}
