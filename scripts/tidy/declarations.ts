/** What a source file declares at its top level: names, kinds, places, members and parameters. */
import type { Token } from "./tokens.ts";

/** What a declaration declares. */
export type DeclarationKind = "function" | "class" | "constant" | "interface" | "type" | "enum" | "namespace";

/** One declaration at the top level of a file. */
export interface Declaration {
  readonly kind: DeclarationKind;
  /** `default` for a default export without a name. */
  readonly name: string;
  readonly exported: boolean;
  readonly line: number;
  readonly lastLine: number;
  /** A comment stands directly above it. */
  readonly described: boolean;
  /** Something in it runs: a function, a class, or a value with a function in it. */
  readonly runs: boolean;
  /** Functions: itself, or its methods; without those that have no body. */
  readonly functions: readonly FunctionShape[];
  /** Of a class, an interface or an enum. */
  readonly members: readonly string[];
  /** Of a class or an interface that takes members from another one. */
  readonly inherits: boolean;
}

/** Size and parameters of a function or method. */
export interface FunctionShape {
  /** `Class.method` for a method. */
  readonly name: string;
  readonly line: number;
  readonly lastLine: number;
  readonly parameters: number;
  /** Other files can call it. */
  readonly public: boolean;
}

/** A name that a list such as `export { a as b }` exports without declaring it there. */
export interface ListedExport {
  readonly local: string;
  readonly exported: string;
}

const modifiers = new Set(["declare", "abstract", "async"]);
const opening: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const memberModifiers = new Set(
  "public private protected static readonly override abstract async get set accessor declare".split(" "),
);

/** Declarations at the top level of a file; `tokens` hold its comments. */
export function declarationsOf(tokens: readonly Token[]): Declaration[] {
  const code = tokens.filter(({ kind }) => kind !== "comment");
  const commented = describedTokens(tokens);
  const found: Declaration[] = [];
  let index = 0;
  while (index < code.length) {
    const start = index;
    const exported = code[index].text === "export" && code[index].kind === "word";
    if (exported) index++;
    const isDefault = exported && code[index]?.text === "default";
    if (isDefault) index++;
    while (modifiers.has(code[index]?.text) && code[index + 1]?.kind === "word") index++;
    const declared = declarationAt(code, index);
    if (declared) {
      found.push({
        ...declared.declaration,
        name: declared.declaration.name || "default",
        exported,
        line: code[start].line,
        described: commented.has(code[start]),
        functions: declared.declaration.functions.map((shape) => ({
          ...shape,
          public: shape.public && exported,
        })),
      });
      index = declared.end;
    } else index = skipped(code, index);
  }
  return found;
}

/** Names in lists such as `export { a as b };`, without those handed on from another file. */
export function listedExportsOf(code: readonly Token[]): ListedExport[] {
  const found: ListedExport[] = [];
  code.forEach(({ kind, text }, index) => {
    if (kind !== "word" || text !== "export") return;
    let at = index + 1;
    if (code[at]?.text === "type") at++;
    if (!isSign(code[at], "{")) return;
    const end = closing(code, at);
    if (code[end + 1]?.text === "from") return;
    for (at++; at < end; at++) {
      if (code[at].kind !== "word") continue;
      if (code[at].text === "type" && code[at + 1]?.kind === "word" && code[at + 1].text !== "as") at++;
      const renamed = code[at + 1]?.text === "as";
      found.push({ local: code[at].text, exported: renamed ? code[at + 2].text : code[at].text });
      if (renamed) at += 2;
    }
  });
  return found;
}

type Bare = Omit<Declaration, "exported" | "line" | "described">;

function declarationAt(
  code: readonly Token[],
  index: number,
): { declaration: Bare; end: number } | undefined {
  const token = code[index];
  if (token?.kind !== "word") return undefined;
  const constEnum = token.text === "const" && code[index + 1]?.text === "enum";
  switch (constEnum ? "enum" : token.text) {
    case "function":
      return functionAt(code, index);
    case "class":
    case "interface":
    case "enum":
    case "namespace": {
      const kind = (constEnum ? "enum" : token.text) as DeclarationKind;
      if (kind !== "class" && code[index + 1]?.kind !== "word") return undefined;
      return bodyAt(code, constEnum ? index + 1 : index, kind);
    }
    case "type":
      if (code[index + 1]?.kind !== "word") return undefined;
      return valueAt(code, index, "type");
    case "const":
    case "let":
    case "var":
      return valueAt(code, index, "constant");
  }
  return undefined;
}

function functionAt(code: readonly Token[], index: number): { declaration: Bare; end: number } {
  let at = index + 1;
  if (isSign(code[at], "*")) at++;
  const name = code[at]?.kind === "word" ? code[at++].text : "";
  const { parameters, end, hasBody } = signatureAt(code, at);
  const lastLine = code[Math.min(end, code.length) - 1].line;
  const shape = { name: name || "default", line: code[index].line, lastLine, parameters, public: true };
  return {
    declaration: {
      kind: "function",
      name,
      lastLine,
      runs: true,
      functions: hasBody ? [shape] : [],
      members: [],
      inherits: false,
    },
    end,
  };
}

function bodyAt(
  code: readonly Token[],
  index: number,
  kind: DeclarationKind,
): { declaration: Bare; end: number } {
  const named = code[index + 1]?.kind === "word" && !["extends", "implements"].includes(code[index + 1].text);
  const name = named ? code[index + 1].text : "";
  let open = index + (named ? 2 : 1);
  if (isSign(code[open], "<")) open = behindAngles(code, open);
  let inherits = false;
  while (open < code.length && !opensBody(code, open)) {
    if (code[open].text === "extends") inherits = true;
    open = isSign(code[open], "(") || isSign(code[open], "{") ? closing(code, open) + 1 : open + 1;
  }
  const close = closing(code, open);
  const { members, functions } = membersIn(code, open, close, kind === "class" ? name : undefined);
  return {
    declaration: {
      kind,
      name,
      lastLine: code[Math.min(close, code.length - 1)].line,
      runs: kind === "class",
      functions,
      members,
      inherits,
    },
    end: close + 1,
  };
}

function membersIn(
  code: readonly Token[],
  open: number,
  close: number,
  className?: string,
): { members: string[]; functions: FunctionShape[] } {
  const members: string[] = [];
  const functions: FunctionShape[] = [];
  let at = open + 1;
  while (at < close) {
    let hidden = false;
    while (memberModifiers.has(code[at].text) && startsName(code[at + 1])) {
      if (code[at].text === "private" || code[at].text === "protected") hidden = true;
      at++;
    }
    if (isSign(code[at], "*")) at++;
    const { kind, line } = code[at];
    const computed = isSign(code[at], "[");
    if (!computed && kind !== "word" && kind !== "string") {
      at = skippedMember(code, at, close);
      continue;
    }
    const nameEnd = computed ? closing(code, at) : at;
    const text = code.slice(at, nameEnd + 1).map(({ text }) => text).join("");
    members.push(text);
    let next = nameEnd + 1;
    while (isSign(code[next], "?") || isSign(code[next], "!")) next++;
    if (isSign(code[next], "(") || isSign(code[next], "<")) {
      const signature = signatureAt(code, next);
      if (text === "constructor") members.push(...propertiesIn(code, next, signature.end));
      if (className !== undefined && signature.hasBody) {
        functions.push({
          name: `${className}.${text}`,
          line,
          lastLine: code[signature.end - 1].line,
          parameters: signature.parameters,
          public: !hidden && !text.startsWith("#"),
        });
      }
      at = signature.end;
    } else at = skippedMember(code, at, close);
  }
  return { members, functions };
}

function startsName(token: Token | undefined): boolean {
  return token?.kind === "word" || token?.kind === "string" || isSign(token, "[") || isSign(token, "*");
}

/** Parameters of a constructor that are members too, such as `readonly name: string`. */
function propertiesIn(code: readonly Token[], from: number, end: number): string[] {
  const found: string[] = [];
  for (let at = from; at < end && !isSign(code[at], "{"); at++) {
    if (
      ["readonly", "private", "public", "protected"].includes(code[at].text) && code[at + 1]?.kind === "word"
    ) {
      if (!memberModifiers.has(code[at + 1].text)) found.push(code[at + 1].text);
    }
  }
  return found;
}

/** Behind the member at `at`, which ends with a semicolon, a comma, or the brace of its body. */
function skippedMember(code: readonly Token[], at: number, close: number): number {
  while (at < close && !isSign(code[at], ";") && !isSign(code[at], ",")) {
    if (code[at].kind === "sign" && code[at].text in opening) at = closing(code, at);
    at++;
  }
  return at + 1;
}

function valueAt(
  code: readonly Token[],
  index: number,
  kind: "type" | "constant",
): { declaration: Bare; end: number } {
  const name = code[index + 1]?.kind === "word" ? code[index + 1].text : "";
  let end = index + 1;
  while (end < code.length && !isSign(code[end], ";")) {
    end = code[end].kind === "sign" && code[end].text in opening ? closing(code, end) + 1 : end + 1;
  }
  const inside = code.slice(index, end);
  const equals = valueStart(code, index, end);
  const value = code.slice(equals, end);
  const lastLine = code[Math.min(end, code.length - 1)].line;
  const parameters = kind === "constant" ? parametersOfValue(code, equals) : undefined;
  return {
    declaration: {
      kind,
      name,
      lastLine,
      runs: kind === "constant" &&
        value.some(({ kind, text }) =>
          (kind === "sign" && text === "=>") || (kind === "word" && text === "function")
        ),
      functions: parameters === undefined
        ? []
        : [{ name, line: code[index].line, lastLine, parameters, public: true }],
      members: kind === "type" ? typeMembers(inside) : [],
      inherits: kind === "type" && inside.some(({ text }) => text === "&"),
    },
    end: end + 1,
  };
}

/** Index behind the `=` of a declaration. */
function valueStart(code: readonly Token[], index: number, end: number): number {
  for (let at = index; at < end; at++) {
    if (isSign(code[at], "=")) return at + 1;
    if (code[at].kind === "sign" && code[at].text in opening) at = closing(code, at);
  }
  return end;
}

/** How many parameters the function at `at` has; undefined when the value is none. */
function parametersOfValue(code: readonly Token[], at: number): number | undefined {
  if (code[at]?.text === "async") at++;
  if (code[at]?.text === "function") {
    while (code[at] && !isSign(code[at], "(")) at++;
    return countParameters(code, at);
  }
  if (code[at]?.kind === "word" && isSign(code[at + 1], "=>")) return 1;
  if (isSign(code[at], "<")) at = behindAngles(code, at);
  if (!isSign(code[at], "(")) return undefined;
  const behind = code[closing(code, at) + 1];
  return isSign(behind, "=>") || isSign(behind, ":") ? countParameters(code, at) : undefined;
}

function typeMembers(inside: readonly Token[]): string[] {
  return inside.filter(({ kind }, at) =>
    kind === "word" && [":", "?", "("].includes(inside[at + 1]?.text) && inside[at - 1]?.kind !== "string"
  ).map(({ text }) => text);
}

/** Parameters and end of a signature that starts at `at` with `(` or `<`. */
function signatureAt(
  code: readonly Token[],
  at: number,
): { parameters: number; end: number; hasBody: boolean } {
  if (isSign(code[at], "<")) at = behindAngles(code, at);
  const parameters = countParameters(code, at);
  let behind = closing(code, at) + 1;
  while (behind < code.length) {
    if (opensBody(code, behind)) return { parameters, end: closing(code, behind) + 1, hasBody: true };
    if (isSign(code[behind], ";") || isSign(code[behind], ",") || isSign(code[behind], "}")) {
      return { parameters, end: isSign(code[behind], "}") ? behind : behind + 1, hasBody: false };
    }
    if (isSign(code[behind], "<")) behind = behindAngles(code, behind);
    else if (code[behind].kind === "sign" && code[behind].text in opening) behind = closing(code, behind) + 1;
    else behind++;
  }
  return { parameters, end: code.length, hasBody: false };
}

/** A brace behind a whole type, not one that opens a type. */
function opensBody(code: readonly Token[], at: number): boolean {
  if (!isSign(code[at], "{")) return false;
  const { kind, text } = code[at - 1];
  return kind !== "sign"
    ? !["is", "keyof", "infer", "extends"].includes(text)
    : [">", "]", ")", "}", "{"].includes(text);
}

function countParameters(code: readonly Token[], open: number): number {
  const close = closing(code, open);
  let commas = 0;
  let angles = 0;
  let last = open;
  for (let at = open + 1; at < close; at++) {
    const { kind, text } = code[at];
    last = at;
    if (kind !== "sign") continue;
    if (text in opening) at = closing(code, at);
    else if (text === "<") angles++;
    else if (text === ">") angles--;
    else if (text === "," && angles === 0) commas++;
  }
  if (last === open) return 0;
  return commas + (isSign(code[last], ",") ? 0 : 1);
}

/** Behind the `>` that closes the `<` at `at`. */
function behindAngles(code: readonly Token[], at: number): number {
  let depth = 0;
  for (; at < code.length; at++) {
    if (code[at].kind !== "sign") continue;
    if (code[at].text in opening) at = closing(code, at);
    else if (code[at].text === "<") depth++;
    else if (code[at].text === ">" && --depth === 0) return at + 1;
  }
  return at;
}

/** Index of the bracket that closes the one at `open`. */
function closing(code: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    const { kind, text } = code[at];
    if (kind !== "sign") continue;
    if (text in opening) depth++;
    else if (text === ")" || text === "]" || text === "}") {
      if (--depth === 0) return at;
    }
  }
  return code.length;
}

/** Behind one token, or behind the brackets that it opens. */
function skipped(code: readonly Token[], index: number): number {
  const token = code[index];
  return token?.kind === "sign" && token.text in opening ? closing(code, index) + 1 : index + 1;
}

/** Code tokens with a doc comment directly above them; a comment that opens the file describes what comes first. */
function describedTokens(tokens: readonly Token[]): Set<Token> {
  const found = new Set<Token>();
  let doc = false;
  for (const token of tokens) {
    if (token.kind === "comment") {
      if (token.text.startsWith("/**")) doc = true;
      continue;
    }
    if (doc) found.add(token);
    doc = false;
  }
  return found;
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}
