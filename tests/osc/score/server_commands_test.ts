import assert from "node:assert/strict";
import { addressOf, isServerSetUp } from "../../../osc/score/server_commands.ts";
import { musicMethods } from "../../../osc/methods/music_methods.ts";

Deno.test("command numbers are those of scsynth's reference", () => {
  const known = {
    0: "none",
    9: "s_new",
    11: "n_free",
    15: "n_set",
    21: "g_new",
    25: "c_set",
    52: "sync",
    64: "version",
  };
  for (const [number, name] of Object.entries(known)) assert.equal(addressOf(number), `/${name}`);
  assert.deepEqual(["65", "4294967295", "/keys/note", "/9"].map(addressOf), [
    ..."65 4294967295 /keys/note /9".split(" "),
  ]);
});

Deno.test("a command sets up a server, or sounds, or is none of scsynth's; no message of a patch is one", () => {
  assert.ok(["/g_new", "/none", "/c_set", "/d_recv", "/n_set", "/status", "/sync"].every(isServerSetUp));
  assert.ok(
    !["/s_new", "/quit", "/keys/note", "/end", "g_new", "/g_nosuch", "9", ""].some(
      isServerSetUp,
    ),
  );
  const ours = musicMethods({ parameters: [], instruments: ["keys"] }).map(({ address }) => address);
  assert.ok(!ours.some((address) => isServerSetUp(address)));
});
