/*
 * The common clock of several machines, as a line through the monotonic clock: PTP where ptp4l keeps it (in the system's CLOCK_TAI,
 * or in a network device's own clock), else the system's time. Sound is sent by this line, so a clock that is stepped never
 * stops it: a small difference is followed slowly, a step only after it has lasted for a while, at once or never.
 *
 * The unit of media is the frame since 1970 in TAI, as AES67 counts it (`a=mediaclk:direct=0`). One thread uses a clock, except where
 * a function says otherwise.
 */
#ifndef UNDERSTUDY_MEDIA_CLOCK_H
#define UNDERSTUDY_MEDIA_CLOCK_H

#include <stdint.h>

#include "export.h"

/* Where the time comes from. */
enum us_media_source {
  us_media_system, /* CLOCK_REALTIME and a fixed number of leap seconds */
  us_media_tai,    /* CLOCK_TAI: the kernel knows the leap seconds */
  us_media_device, /* the clock of a network device, /dev/ptp0 */
};

/* A difference up to this is followed slowly; a larger one is a step. */
#define US_MEDIA_STEP_NS 20000000
/* A step that lasts this long is taken. */
#define US_MEDIA_STEP_LASTS_NS 2000000000u
/* Fastest that the line bends, in parts of a million: crystals differ by less. */
#define US_MEDIA_SLEW_PPM 500
/* A difference is taken up within this, as far as the slew allows. */
#define US_MEDIA_SETTLE_NS 1000000000

struct us_media_clock {
  uint32_t source;
  int descriptor; /* of a network device's clock, else -1 */
  int clock_id;
  uint32_t may_jump; /* a step that lasts is taken; 0: never */
  int64_t leap_ns;   /* from the clock to TAI */
  int64_t offset_ns; /* TAI less the monotonic clock, on the line */
  int64_t error_ns;  /* what the clock says less what the line says, when it was read last */
  int64_t step_ns;   /* the difference of a step that may last */
  uint64_t step_since_ns;
  uint64_t followed_ns;
  uint32_t is_stepped; /* a step was seen that is not taken yet */
  uint32_t steps;      /* ever seen */
  uint32_t unreadable; /* the last reading failed: the line goes on by the monotonic clock */
};

/* Opens the clock and begins the line at what it says. `path` is the file of a network device's clock. Returns 0 or an errno. */
int us_media_open(struct us_media_clock *clock, uint32_t source, const char *path, int64_t leap_ns);

void us_media_close(struct us_media_clock *clock);

/*
 * Reads the clock and bends the line towards it. Returns 1 when a step was taken: moments of media have moved by `step_ns`;
 * else 0. To be called every 10 ms or so.
 */
int us_media_follow(struct us_media_clock *clock, uint64_t monotonic_ns);

/* Moment of the monotonic clock at which a frame of media begins. */
uint64_t us_media_moment(const struct us_media_clock *clock, uint64_t frame, uint64_t rate);

/* The first frame of media that begins at a moment of the monotonic clock or later. */
uint64_t us_media_frame(const struct us_media_clock *clock, uint64_t monotonic_ns, uint64_t rate);

/*
 * What the kernel knows of the system's clock, as four words: TAI less UTC in seconds (0: it was not told), 1 where a program keeps the
 * clock to another one, the largest error that it assumes in microseconds, 0. Any thread.
 */
US_EXPORT void us_media_system_clock(int32_t *words);

#endif
