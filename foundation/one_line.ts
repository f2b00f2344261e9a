/**
 * A text as a part of one line: control characters, which could end the line or move the cursor of a terminal, are written as
 * escapes, and what is longer than `maxLength` is cut. Any thread.
 */
export function oneLine(text: string, maxLength = Infinity): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)} ...` : text;
  return cut.replaceAll(/\p{Cc}/gu, (character) => {
    if (character === "\n") return "\\n";
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
