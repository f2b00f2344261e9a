/**
 * Words, strings, comments and signs of a TypeScript text, each with its place. Strings, templates, comments and
 * regular expressions are told from code, so that a check never mistakes the one for the other. It knows no grammar
 * beyond that: what stands after a closing brace or parenthesis is taken for an operator, never for a regular
 * expression, which formatted code of this project does not write there.
 */

/** What a piece of source text is. A template with expressions gives one `template` token for each piece of text. */
export type TokenKind = "word" | "number" | "string" | "template" | "pattern" | "comment" | "sign";

/** One piece of source text. */
export interface Token {
  readonly kind: TokenKind;
  /** As written; of a string without its quotes, of a template piece without its backticks and braces. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

const spaces = /\s+/y;
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy;
const number = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?|\.\d[\d_]*)n?/y;
const lineComment = /\/\/[^\n]*|#![^\n]*/y;
const blockComment = /\/\*[^]*?\*\//y;
const quoted = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const pattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const templatePiece = /(?:[^`\\$]|\\[^]|\$(?!\{))*/y;

/** Words after which a slash opens a regular expression. */
const beforePattern = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof".split(" "),
);

/** All tokens of `text`, comments included. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  /** For each template that is open: how many braces are open inside its expression. */
  const templates: number[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  let last: Token | undefined;

  const match = (expression: RegExp): string | undefined => {
    expression.lastIndex = at;
    return expression.exec(text)?.[0];
  };
  const add = (kind: TokenKind, found: string, content = found) => {
    const token = { kind, text: content, line };
    tokens.push(token);
    if (kind !== "comment") last = token;
    at += found.length;
    for (const character of found) if (character === "\n") line++;
  };
  /** The text of a template up to its end or its next expression; `at` stands behind the backtick or brace. */
  const addTemplatePiece = () => {
    add("template", match(templatePiece) ?? "");
    if (text.startsWith("${", at)) {
      templates.push(0);
      at += 2;
    } else at += 1;
  };

  while (at < text.length) {
    const character = text[at];
    const blank = match(spaces);
    if (blank !== undefined) {
      at += blank.length;
      line += blank.split("\n").length - 1;
      continue;
    }
    const comment = match(blockComment) ?? ((character === "/" || at === 0) ? match(lineComment) : undefined);
    if (comment !== undefined) {
      add("comment", comment);
      continue;
    }
    const string = character === '"' || character === "'" ? match(quoted) : undefined;
    if (string !== undefined) {
      add("string", string, string.slice(1, -1));
      continue;
    }
    if (character === "`") {
      at += 1;
      addTemplatePiece();
      continue;
    }
    if (character === "}" && templates.at(-1) === 0) {
      templates.pop();
      at += 1;
      addTemplatePiece();
      continue;
    }
    if (templates.length > 0 && (character === "{" || character === "}")) {
      templates[templates.length - 1] += character === "{" ? 1 : -1;
    }
    const expression = character === "/" && opensPattern(last) ? match(pattern) : undefined;
    if (expression !== undefined) {
      add("pattern", expression);
      continue;
    }
    const name = match(word);
    if (name !== undefined) {
      add("word", name);
      continue;
    }
    const digits = match(number);
    if (digits !== undefined) {
      add("number", digits);
      continue;
    }
    add("sign", ["...", "=>", "?."].find((sign) => text.startsWith(sign, at)) ?? character);
  }
  return tokens;
}

function opensPattern(last: Token | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === "word") return beforePattern.has(last.text);
  return last.kind === "sign" && ![")", "]", "}"].includes(last.text);
}
