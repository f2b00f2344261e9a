import assert from "node:assert/strict";
import { cacheDirectory } from "../../config/cache_directory.ts";
import { ConfigError } from "../../config/config_error.ts";

const place = (variables: Readonly<Record<string, string>>, home: string | null, configured?: string) =>
  cacheDirectory(configured, (name) => variables[name], () => home);

Deno.test("the configured folder counts, then the user's cache", () => {
  const variables = { XDG_CACHE_HOME: "/b", HOME: "/c" };
  assert.equal(place(variables, null, "/a/cache/"), "/a/cache");
  assert.equal(place(variables, null), "/b/understudy");
  assert.equal(place(variables, null, ""), "/b/understudy");
  assert.equal(place({ HOME: "/c" }, null), "/c/.cache/understudy");
});

Deno.test("without variables the home is that of the system, and never a folder that all users share", () => {
  assert.equal(place({}, "/root"), "/root/.cache/understudy");
  assert.equal(place({ HOME: "", XDG_CACHE_HOME: "relative" }, "/root"), "/root/.cache/understudy");
  for (const home of [null, "", "relative"]) {
    assert.throws(
      () => place({}, home),
      (error) => error instanceof ConfigError && /set UNDERSTUDY_CACHE_DIR/.test(error.message),
    );
  }
});
