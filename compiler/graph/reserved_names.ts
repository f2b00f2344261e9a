/** First parts of OSC addresses that belong to the server; and `output`, the patch's own. */
export const reservedNames: readonly string[] = [
  ..."note off pedal bend pressure timbre feedback panic status version notify sync dump late done fail patch rec engine quit"
    .split(" "),
  ..."help get meters tree clear midi synced output".split(" "),
];
