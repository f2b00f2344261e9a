/*
 * The ceiling: no sample of the output leaves it. A sample below the knee stays as it is, bit for bit. Above the knee the
 * magnitude m becomes k + (m - k) * r / (r + (m - k)), with the knee k and the room r between knee and ceiling: a curve that
 * begins with the value and the slope of the straight line and comes ever closer to the ceiling.
 *
 * It has no state, and uses only operations that IEEE 754 rounds exactly, so it gives the same bits on every machine. No product
 * feeds a sum, so a compiler that fuses them finds none.
 */
#ifndef UNDERSTUDY_CEILING_H
#define UNDERSTUDY_CEILING_H

#include <stdint.h>
#include <string.h>

struct us_ceiling {
  float knee, room, top;
  uint32_t untouched; /* bits of the largest magnitude that needs no look: below the knee, and not beyond full scale */
};

static inline uint32_t us_float_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* `top`: largest magnitude that is let through; 0: there is no ceiling. */
static inline struct us_ceiling us_ceiling_at(float top) {
  float knee = top * 0.9375f; /* 0.56 dB below the top */
  float untouched = top > 0.0f && knee < 1.0f ? knee : 1.0f;
  return (struct us_ceiling){knee, top - knee, top, us_float_bits(untouched)};
}

/* A finite magnitude above the knee, as it is let through. */
static inline float us_ceiling_bend(const struct us_ceiling *ceiling, float magnitude) {
  float beyond = magnitude - ceiling->knee;
  float bent = ceiling->knee + beyond * ceiling->room / (ceiling->room + beyond);
  return bent < ceiling->top ? bent : ceiling->top; /* by rounding it could be a step above */
}

#endif
