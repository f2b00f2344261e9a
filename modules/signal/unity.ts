/** Preset of a parameter from 0 (none) to 1 (all); a table spreads it and adds `default` and `why`. */
export const unity = { unit: "1", min: 0, max: 1, curve: "linear", smoothingSeconds: 0.02 } as const;
