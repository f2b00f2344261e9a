import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressPattern, isPattern, maxPatternLength, PatternError } from "../../../osc/methods/pattern.ts";

const matches = (pattern: string, address: string) => new AddressPattern(pattern).matches(address);

function matching(pattern: string, ...addresses: string[]): void {
  for (const address of addresses) assert.ok(matches(pattern, address), `${pattern} should match ${address}`);
}
function missing(pattern: string, ...addresses: string[]): void {
  for (const address of addresses) {
    assert.ok(!matches(pattern, address), `${pattern} should not match ${address}`);
  }
}

Deno.test("? is one character of a part", () => {
  matching("/oscillator/?/frequency", "/oscillator/4/frequency", "/oscillator/x/frequency");
  missing("/oscillator/?/frequency", "/oscillator//frequency", "/oscillator/44/frequency", "/oscillator/4");
  missing("/a?b", "/a/b", "/ab");
});

Deno.test("* is any number of characters of a part, none included", () => {
  matching("/a*", "/a", "/ab", "/abc");
  matching("/*/gain", "/x/gain", "/synth/gain");
  matching("/a**c", "/ac", "/abbc");
  matching("/*a*a*", "/aa", "/xaxax");
  missing("/*", "/a/b", "");
  missing("/a*", "/a/b", "/b");
  missing("/*a*a*", "/xax");
});

Deno.test("[] is one character of a list; a range counts in either order; - and ! are literal where they mean nothing", () => {
  matching("/voice[1-4]", "/voice1", "/voice4");
  missing("/voice[1-4]", "/voice0", "/voice5", "/voice", "/voice11");
  matching("/[abc]", "/a", "/c");
  matching("/[!abc]", "/d", "/!");
  missing("/[!abc]", "/a", "//", "/");
  matching("/[!1-3]x", "/4x");
  missing("/[!1-3]x", "/2x");
  matching("/[3-2]", "/2", "/3");
  missing("/[3-2]", "/1", "/4", "/-");
  matching("/[a-]", "/a", "/-");
  matching("/[-a]", "/a", "/-");
  missing("/[a-]", "/b");
  matching("/[a!]", "/a", "/!");
  matching("/[a-c-e]", "/b", "/-", "/e");
  missing("/[a-c-e]", "/d");
  matching("/[!]", "/x", "/!");
  missing("/[]", "/", "/x", "/]");
  matching("/[?*,]", "/?", "/*", "/,");
  missing("/[.-0]", "//"); // "/" lies between them
});

Deno.test("{} is one of some texts, an empty one too; the specification's example", () => {
  matching("/{foo,bar}", "/foo", "/bar");
  missing("/{foo,bar}", "/fo", "/foobar", "/foo,bar", "/");
  matching("/{,a}b", "/b", "/ab");
  matching("/{a,ab}{c,bc}", "/ac", "/abc", "/abbc");
  matching("/x{}y", "/xy");
  matching("/{third,fifth}[1-2]/*", "/third1/x", "/fifth2/");
  missing("/{a*,b}", "/ax", "/a");
});

Deno.test("// is any number of levels, none included; at the end everything below", () => {
  matching("//spherical", "/spherical", "/position/spherical", "/a/b/c/spherical");
  missing("//spherical", "/notspherical", "/a/spherical/x", "/a/xspherical");
  matching("/a//b", "/a/b", "/a/x/b", "/a/x/y/b", "/a/b/b");
  missing("/a//b", "/ab", "/a/xb", "/c/a/b");
  matching("/a//b//c", "/a/b/c", "/a/1/b/2/3/c");
  matching("//*Db", "/gainDb", "/master/gainDb");
  matching("/a//", "/a/b", "/a/b/c");
  missing("/a//", "/a", "/b/a", "/a/");
  matching("//", "/a", "/a/b");
  matching("/a///b", "/a/b", "/a/x/b");
});

Deno.test("a pattern is told from an address by what no method's name may hold", () => {
  for (const address of ["/a?", "/*", "/[a", "/a]", "/{a}", "/a}", "/a//b"]) {
    assert.ok(isPattern(address), address);
  }
  for (const address of ["/a", "/a/b", "/a-b!,", "/a/"]) assert.ok(!isPattern(address), address);
});

Deno.test("what cannot be understood is refused with the place", () => {
  const refused = (pattern: string, text: RegExp) =>
    assert.throws(
      () => new AddressPattern(pattern),
      (error: Error) => error instanceof PatternError && text.test(error.message),
    );
  refused("/[abc", /character 5: expected "]", found the end/);
  refused("/{abc", /character 5: expected "}", found the end/);
  refused("/{a,{b}}", /character 4: expected "}", found "{"/);
  refused("/{a/b}", /character 3: expected "}", found "\/"/);
  refused("/[a/b]", /character 3: expected "]", found "\/"/);
  refused("/a]", /character 2: expected "]" only after "\["/);
  refused("/a}", /character 2/);
  refused("*", /character 0: expected "\/"/);
  refused("/" + "*".repeat(maxPatternLength), /at most 256 characters, found 257/);
});

const quoted = (text: string) => text.replace(/[\\^$.*+?()[\]{}|\-/]/g, "\\$&");
const name = fc.stringMatching(/^[ab1-]{0,4}$/);
/** A piece of a pattern and the regular expression that means the same. */
const piece: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  name.map((text) => [text, quoted(text)] as const),
  fc.constantFrom(["/", "\\/"], ["?", "[^\\/]"], ["*", "[^\\/]*"]).map(([a, b]) => [a, b] as const),
  fc.array(name, { minLength: 1, maxLength: 3 }).map((texts) =>
    [`{${texts.join(",")}}`, `(?:${texts.map(quoted).join("|")})`] as const
  ),
  fc.tuple(fc.boolean(), fc.uniqueArray(fc.constantFrom(..."ab1"), { minLength: 1 })).map(([not, set]) =>
    [`[${not ? "!" : ""}${set.join("")}]`, `[${not ? "^\\/" : ""}${set.join("")}]`] as const
  ),
  fc.constant(["//x", "\\/(?:.*\\/)?x"] as const),
);

Deno.test("patterns match what the equivalent regular expressions match", () => {
  const address = fc.stringMatching(/^\/[ab1x/-]{0,10}$/);
  let [matched, all] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 5 }),
      fc.array(address, { minLength: 1, maxLength: 20 }),
      (pieces, found) => {
        const pattern = "/" + pieces.map(([text]) => text).join("");
        if (pattern.replaceAll("//x", "").includes("//")) return; // slashes that met by chance mean levels
        if (pattern.includes("///")) return;
        const expression = new RegExp(`^\\/${pieces.map(([, text]) => text).join("")}$`);
        const compiled = new AddressPattern(pattern);
        for (const text of found) {
          all++;
          if (expression.test(text)) matched++;
          assert.equal(compiled.matches(text), expression.test(text), `${pattern} ${text}`);
        }
      },
    ),
    { numRuns: 3_000 },
  );
  assert.ok(matched > all / 1_000, `${matched} of ${all} matched`);
});

Deno.test("any text is a pattern or PatternError", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."/ab*?[]{},!-é") }), (text) => {
      try {
        new AddressPattern("/" + text).matches("/ab/ab");
      } catch (error) {
        assert.ok(error instanceof PatternError, String(error));
      }
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("patterns that ruin a matcher that goes back end like all others", () => {
  const address = "/" + "a".repeat(2_000);
  // going back, each of these would take longer than the universe has existed
  for (
    const pattern of [
      "/" + "*a".repeat(100) + "*b",
      "/" + "{a,aa,}".repeat(36) + "b",
      "//" + "*/".repeat(80) + "x",
    ]
  ) {
    assert.equal(matches(pattern, address), false);
  }
  matching("/" + "{a,aa,}".repeat(36), "/" + "a".repeat(72));
});
