/** Checks of a note as it is struck, for the text of `$NAME_on`. */

/** -120 dB. Softer notes count as this, so that the ratio of two velocities and its powers stay finite. */
const softestVelocity = 1e-6;

/** Whether `$number` is a note. */
export const playable =
  `(i32.and (f32.ge (local.get $number) (f32.const 0)) (f32.le (local.get $number) (f32.const 127)))`;
/** Whether `$velocity` starts a note; zero ends one. */
export const audible = `(f32.gt (local.get $velocity) (f32.const 0))`;
/** `$velocity` within its range. */
export const loud = `(f32.max (f32.const ${softestVelocity}) (f32.min (local.get $velocity) (f32.const 1)))`;
