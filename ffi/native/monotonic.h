/* The monotonic clock in nanoseconds, read from memory that the kernel shares: no system call. Needs _GNU_SOURCE. */
#ifndef UNDERSTUDY_MONOTONIC_H
#define UNDERSTUDY_MONOTONIC_H

#include <stdint.h>
#include <time.h>

static inline uint64_t us_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
