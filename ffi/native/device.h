/*
 * The door between a sound device and the callback. A device that was lost may call again at any time, long after another
 * device or the clock took its place, and two threads must never run the callback at once. So each device gets a door of its
 * own: while it is shut, the device gets silence, its calls are counted, and the shared memory is not touched.
 *
 * It also finds how many frames the device takes at once, which is more than it asks for in one call where its library cuts
 * a period into several calls.
 */
#ifndef UNDERSTUDY_DEVICE_H
#define UNDERSTUDY_DEVICE_H

#include <stdint.h>

#include "export.h"
#include "source.h"

/* Bursts that are remembered to tell a period from a hiccup. */
#define US_DEVICE_BURSTS 8

/* Frames beyond which a burst is no period: the device takes without a pause, as a file does. */
#define US_DEVICE_MAX_BURST 16384

struct us_device {
  void *shared_memory;
  us_play_function *play;
  void *context; /* of `play` */
  uint32_t channels;
  uint32_t sample_rate_hz;
  uint32_t open;
  uint32_t inside; /* calls that are going on */
  /* written by the device's thread */
  _Alignas(64) uint32_t calls;
  uint32_t period_frames;
  uint64_t burst_ns;
  uint32_t burst_frames;
  uint32_t burst;
  uint32_t bursts[US_DEVICE_BURSTS];
};

struct us_device_state {
  uint32_t calls;         /* since the device was created, modulo 2^32 */
  uint32_t period_frames; /* frames that it takes at once, twice at least among its last bursts; 0: not known yet */
};

_Static_assert(sizeof(struct us_device_state) == 8, "ffi/device_door.ts reads 8 bytes");

/* A door that is shut, to what plays for this memory (source.h). Returns NULL without memory. Main isolate. */
US_EXPORT void *us_device_create(void *shared_memory);

/* Address of us_device_call, for Pa_OpenStream; the device is its user data. Any thread. */
US_EXPORT void *us_device_call_address(void);

/*
 * Opens or shuts the door. Shut: returns 1 when no call is inside and none will enter, 0 when one was still inside after
 * five milliseconds: then ask again. Main isolate.
 */
US_EXPORT int us_device_set_open(void *device, uint32_t open);

/* How it stands. Any thread. */
US_EXPORT void us_device_poll(const void *device, struct us_device_state *state);

/* Frees it, once no thread can call it any more: its stream is closed. Main isolate. */
US_EXPORT void us_device_free(void *device);

/* PaStreamCallback; `device` is a struct us_device. The device's thread: no allocation, lock or system call. */
int us_device_call(const void *input, void *output, unsigned long frame_count, const void *time_info,
                   unsigned long status_flags, void *device);

#endif
