#define _GNU_SOURCE
#include "media_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "monotonic.h"

#ifndef CLOCK_TAI
#define CLOCK_TAI 11
#endif

/* The reading with the shortest time around it counts: the thread may lose its processor in the middle. */
#define READINGS 3

/* The clock's id for an open file, as the kernel's documentation of PTP clocks has it. */
static int id_of_descriptor(int descriptor) { return (int)((~(unsigned)descriptor << 3) | 3u); }

static uint64_t ns_of(const struct timespec *time) { return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec; }

/* TAI less the monotonic clock, now. Returns 0 or an errno. */
static int read_offset(const struct us_media_clock *clock, int64_t *offset_ns) {
  uint64_t shortest = UINT64_MAX;
  for (int reading = 0; reading < READINGS; reading++) {
    struct timespec time;
    uint64_t before = us_monotonic_ns();
    if (clock_gettime(clock->clock_id, &time) != 0) return errno;
    uint64_t around = us_monotonic_ns() - before;
    if (around >= shortest) continue;
    shortest = around;
    *offset_ns = (int64_t)(ns_of(&time) - before - around / 2) + clock->leap_ns;
  }
  return 0;
}

int us_media_open(struct us_media_clock *clock, uint32_t source, const char *path, int64_t leap_ns) {
  memset(clock, 0, sizeof *clock);
  clock->source = source;
  clock->descriptor = -1;
  clock->may_jump = 1;
  clock->leap_ns = source == us_media_system ? leap_ns : 0;
  clock->clock_id = source == us_media_system ? CLOCK_REALTIME : CLOCK_TAI;
  if (source == us_media_device) {
    clock->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (clock->descriptor < 0) return errno;
    clock->clock_id = id_of_descriptor(clock->descriptor);
  }
  int failed = read_offset(clock, &clock->offset_ns);
  clock->followed_ns = us_monotonic_ns();
  if (failed) us_media_close(clock);
  return failed;
}

void us_media_close(struct us_media_clock *clock) {
  if (clock->descriptor >= 0) close(clock->descriptor);
  clock->descriptor = -1;
}

static int64_t clamp(int64_t value, int64_t limit) { return value > limit ? limit : value < -limit ? -limit : value; }

/* A step that lasts is taken, where it may be. */
static int note_step(struct us_media_clock *clock, uint64_t now) {
  int64_t differs = clock->error_ns - clock->step_ns;
  if (!clock->is_stepped || differs > US_MEDIA_STEP_NS || differs < -US_MEDIA_STEP_NS) {
    clock->is_stepped = 1;
    clock->steps++;
    clock->step_ns = clock->error_ns;
    clock->step_since_ns = now;
  }
  if (!clock->may_jump || now - clock->step_since_ns < US_MEDIA_STEP_LASTS_NS) return 0;
  clock->step_ns = clock->error_ns;
  clock->offset_ns += clock->error_ns;
  clock->error_ns = 0;
  clock->is_stepped = 0;
  return 1;
}

int us_media_follow(struct us_media_clock *clock, uint64_t now) {
  int64_t offset_ns;
  int64_t elapsed_ns = (int64_t)(now - clock->followed_ns);
  clock->followed_ns = now;
  clock->unreadable = read_offset(clock, &offset_ns) != 0;
  if (clock->unreadable) return 0;
  clock->error_ns = offset_ns - clock->offset_ns;
  if (clock->error_ns > US_MEDIA_STEP_NS || clock->error_ns < -US_MEDIA_STEP_NS) return note_step(clock, now);
  clock->is_stepped = 0;
  if (elapsed_ns > US_MEDIA_SETTLE_NS) elapsed_ns = US_MEDIA_SETTLE_NS;
  int64_t share = clock->error_ns * elapsed_ns / US_MEDIA_SETTLE_NS;
  clock->offset_ns += clamp(share, elapsed_ns * US_MEDIA_SLEW_PPM / 1000000);
  return 0;
}

uint64_t us_media_moment(const struct us_media_clock *clock, uint64_t frame, uint64_t rate) {
  uint64_t tai_ns = frame / rate * 1000000000u + frame % rate * 1000000000u / rate;
  return tai_ns - (uint64_t)clock->offset_ns;
}

uint64_t us_media_frame(const struct us_media_clock *clock, uint64_t monotonic_ns, uint64_t rate) {
  uint64_t tai_ns = monotonic_ns + (uint64_t)clock->offset_ns;
  return tai_ns / 1000000000u * rate + (tai_ns % 1000000000u * rate + 999999999u) / 1000000000u;
}

void us_media_system_clock(int32_t *words) {
  struct timex kernel = {0};
  int state = adjtimex(&kernel);
  words[0] = state < 0 ? 0 : kernel.tai;
  words[1] = state >= 0 && !(kernel.status & STA_UNSYNC);
  words[2] = state < 0 || kernel.maxerror > INT32_MAX ? INT32_MAX : (int32_t)kernel.maxerror;
  words[3] = 0;
}
