/** Preset of a filter's frequency over the range of hearing; a table spreads it and adds `why`. */
export const cutoff = {
  unit: "Hz",
  min: 5,
  max: 20_000,
  default: 1_000,
  curve: "exponential",
  smoothingSeconds: 0.02,
} as const;
