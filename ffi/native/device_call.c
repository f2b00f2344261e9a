/* The part of the door that runs in the device's thread: it may call what plays and read the clock, nothing else. */
#define _GNU_SOURCE
#include <string.h>

#include "device.h"
#include "monotonic.h"

/*
 * A burst ends when a call begins later than half the time that its frames last after its first call. The period is the second
 * largest of the last bursts: one call that came late with two periods at once does not count.
 */
static void note_burst(struct us_device *self, uint32_t frames) {
  uint64_t now = us_monotonic_ns();
  uint64_t half_ns = (uint64_t)self->burst_frames * 500000000u / self->sample_rate_hz;
  if (self->burst_frames == 0 || now - self->burst_ns >= half_ns) {
    self->burst++;
    self->burst_ns = now;
    self->burst_frames = 0;
  }
  self->burst_frames += frames;
  self->bursts[self->burst % US_DEVICE_BURSTS] = self->burst_frames <= US_DEVICE_MAX_BURST ? self->burst_frames : 0;
  uint32_t largest = 0, second = 0;
  for (uint32_t at = 0; at < US_DEVICE_BURSTS; at++) {
    uint32_t seen = self->bursts[at];
    if (seen > largest) {
      second = largest;
      largest = seen;
    } else if (seen > second) {
      second = seen;
    }
  }
  __atomic_store_n(&self->period_frames, second, __ATOMIC_RELAXED);
}

int us_device_call(const void *input, void *output, unsigned long frame_count, const void *time_info,
                   unsigned long status_flags, void *device) {
  struct us_device *self = device;
  note_burst(self, (uint32_t)frame_count);
  __atomic_fetch_add(&self->inside, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&self->open, __ATOMIC_SEQ_CST))
    self->play(input, output, frame_count, time_info, status_flags, self->context);
  else
    memset(output, 0, frame_count * self->channels * sizeof(float));
  __atomic_fetch_sub(&self->inside, 1, __ATOMIC_SEQ_CST);
  __atomic_store_n(&self->calls, self->calls + 1, __ATOMIC_RELEASE);
  return 0; /* paContinue */
}
