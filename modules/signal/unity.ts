/** A parameter from none to all of something; spread into a table, which adds `default` and `why`. */
export const unity = { unit: "1", min: 0, max: 1, curve: "linear", smoothingSeconds: 0.02 } as const;
