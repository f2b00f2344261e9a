/* Processor ticks: a monotonic counter that is read without a system call or a library. */
#ifndef UNDERSTUDY_TICKS_H
#define UNDERSTUDY_TICKS_H

#include <stdint.h>

static inline uint64_t us_ticks(void) {
#if defined(__x86_64__) || defined(__i386__)
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return ((uint64_t)high << 32) | low;
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
#error "us_ticks: name this processor's user-readable monotonic counter"
#endif
}

#endif
