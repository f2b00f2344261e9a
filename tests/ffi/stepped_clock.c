/*
 * Runs the media clock's own code on two clocks of this program: a monotonic one, and a common one that drifts against it and is stepped.
 *
 * Arguments: drift in parts of a million, step in milliseconds, how long it lasts in milliseconds, 1 where a step may be taken. The step
 * comes after 60 s, the run takes 120 s. Prints the jumps of the line, the steps that were seen, the largest change of the line
 * between two looks 10 ms apart without a jump in nanoseconds, and the last error in nanoseconds.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "monotonic.h"

static uint64_t now_ns = 1000000000u;
static int64_t drift_ppm, step_ns, lasts_ns;

static uint64_t read_monotonic(void) { return now_ns; }

static int read_common(clockid_t clock, struct timespec *time) {
  (void)clock;
  int64_t since_ns = (int64_t)now_ns - 61000000000;
  int64_t stepped_ns = since_ns >= 0 && since_ns < lasts_ns ? step_ns : 0;
  uint64_t ns = 1700000000000000000u + now_ns + (uint64_t)((int64_t)now_ns * drift_ppm / 1000000 + stepped_ns);
  *time = (struct timespec){(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
  return 0;
}

#define us_monotonic_ns read_monotonic
#define clock_gettime read_common
#include "media_clock.c"

int main(int count, char **arguments) {
  if (count != 5) return 2;
  drift_ppm = atoll(arguments[1]);
  step_ns = atoll(arguments[2]) * 1000000;
  lasts_ns = atoll(arguments[3]) * 1000000;
  struct us_media_clock clock;
  if (us_media_open(&clock, us_media_system, "", 37000000000) != 0) return 3;
  clock.may_jump = (uint32_t)atoi(arguments[4]);
  uint32_t jumps = 0;
  int64_t largest = 0;
  for (int look = 0; look < 12000; look++) {
    int64_t before = clock.offset_ns;
    now_ns += 10000000u;
    if (us_media_follow(&clock, now_ns)) {
      jumps++;
      continue;
    }
    int64_t change = llabs(clock.offset_ns - before);
    if (change > largest) largest = change;
  }
  printf("%u %u %" PRId64 " %" PRId64, jumps, clock.steps, largest, clock.error_ns);
  return 0;
}
