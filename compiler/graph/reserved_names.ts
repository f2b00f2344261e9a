/**
 * Names that a patch may not use for an instrument or a group of parameters, because the address of each begins with it: the
 * first parts of the server's own addresses and answers, of what else is served at the port of OSCQuery, of the notes that name
 * no instrument, and `output`, which is the patch's own. `tests/compiler/graph/reserved_names_test.ts` compares them with the methods of the server.
 */
export const reservedNames: readonly string[] = [
  ..."note off pedal bend pressure timbre panic midi".split(" "),
  ..."status version help get tree sync".split(" "),
  ..."notify feedback answer meters login monitor".split(" "),
  ..."patch clear dump engine quit rec stream".split(" "),
  ..."reply dirt".split(" "),
  ..."show go stop pause resume".split(" "),
  ..."done fail late dropped synced event".split(" "),
  ..."ui metrics healthz readyz recordings".split(" "),
  "output",
];

/** Names that an instrument may not use for a parameter, because its notes have these addresses. */
export const reservedInInstruments: readonly string[] = [
  "note",
  "off",
  "pedal",
  "bend",
  "pressure",
  "timbre",
];
