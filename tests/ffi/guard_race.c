/*
 * A device that is away calls without a pause while the guard of its memory is closed and opened again, as happens at each
 * loss. Prints its calls, the blocks that it played (it must play none), its calls that left a sample unwritten, and its calls
 * that were counted as those of a device that is away.
 *
 * Argument: how many calls must have met a closed guard.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callback.h"
#include "guard.h"

enum { BYTES = 1 << 20, FRAMES = 16, CHANNELS = 2 };

static unsigned char *memory;
static uint32_t stop;
static uint64_t calls, unwritten;

static void *device(void *argument) {
  (void)argument;
  float output[FRAMES * CHANNELS];
  while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
    for (int index = 0; index < FRAMES * CHANNELS; index++) output[index] = 1.0f;
    us_device_callback(NULL, output, FRAMES, NULL, 0, memory);
    int left = 0;
    for (int index = 0; index < FRAMES * CHANNELS; index++) left |= output[index] == 1.0f;
    unwritten += (uint64_t)left;
    __atomic_store_n(&calls, calls + 1, __ATOMIC_RELEASE);
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  memory = aligned_alloc(4096, BYTES);
  if (!memory) return 2;
  memset(memory, 0, BYTES);
  struct us_geometry *g = (void *)memory;
  g->block_frames = FRAMES;
  g->channels = CHANNELS;
  g->sample_rate_hz = 48000;
  g->conceal_ramp_frames = 64;
  g->stop_fade_frames = 960;
  g->work_offset = US_FIXED_BYTES;
  g->delivered_offset = US_FIXED_BYTES + 4096;
  g->delivered_count = 64;
  struct us_control *control = (void *)(memory + US_CONTROL_OFFSET);
  control->play = 1;
  control->device_away = 1;
  pthread_t thread;
  pthread_create(&thread, NULL, device, NULL);
  while (__atomic_load_n(&calls, __ATOMIC_ACQUIRE) == 0) {}
  const struct us_callback *callback = (void *)(memory + US_CALLBACK_OFFSET);
  uint64_t wanted = strtoull(arguments[1], NULL, 10);
  while (__atomic_load_n(&calls, __ATOMIC_ACQUIRE) < wanted + __atomic_load_n(&callback->calls_while_away, __ATOMIC_ACQUIRE)) {
    us_guard_set(memory, 1);
    us_guard_set(memory, 0);
  }
  uint64_t enough = __atomic_load_n(&calls, __ATOMIC_ACQUIRE) + 2; /* one that began after the guard was opened has ended */
  while (__atomic_load_n(&calls, __ATOMIC_ACQUIRE) < enough) {}
  __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
  pthread_join(thread, NULL);
  printf("%" PRIu64 " %u %" PRIu64 " %u\n", calls, callback->consumed, unwritten, callback->calls_while_away);
  return 0;
}
