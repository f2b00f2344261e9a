/** Preset of the time before a reverb answers; a table spreads it and adds `why`. */
export const preDelay = {
  unit: "s",
  min: 0,
  max: 0.25,
  default: 0.01,
  curve: "linear",
  smoothingSeconds: 0.2,
} as const;
