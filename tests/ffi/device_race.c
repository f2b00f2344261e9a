/*
 * A device calls without a pause while its door is shut and opened again, and the guard of its memory closed and opened, as happens
 * at each loss. Prints its calls, the blocks that it played in all, the shut doors through which it played a block (it must play none), and its calls that left a
 * sample unwritten.
 *
 * Argument: how many times the door is shut.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callback.h"
#include "device.h"
#include "guard.h"

enum { BYTES = 1 << 20, FRAMES = 16, CHANNELS = 2 };

static unsigned char *memory;
static void *door;
static uint32_t stop;
static uint64_t calls, unwritten;

static void *device(void *argument) {
  (void)argument;
  float output[FRAMES * CHANNELS];
  while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
    for (int index = 0; index < FRAMES * CHANNELS; index++) output[index] = 1.0f;
    us_device_call(NULL, output, FRAMES, NULL, 0, door);
    int left = 0;
    for (int index = 0; index < FRAMES * CHANNELS; index++) left |= output[index] == 1.0f;
    unwritten += (uint64_t)left;
    __atomic_store_n(&calls, calls + 1, __ATOMIC_RELEASE);
  }
  return NULL;
}

static void wait_for_calls(uint64_t count) {
  uint64_t from = __atomic_load_n(&calls, __ATOMIC_ACQUIRE);
  while (__atomic_load_n(&calls, __ATOMIC_ACQUIRE) < from + count) sched_yield();
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
  door = us_device_create(memory);
  if (!door) return 2;
  pthread_t thread;
  pthread_create(&thread, NULL, device, NULL);
  const struct us_callback *callback = (void *)(memory + US_CALLBACK_OFFSET);
  uint64_t played = 0, times = strtoull(arguments[1], NULL, 10);
  for (uint64_t time = 0; time < times; time++) {
    us_device_set_open(door, 1);
    wait_for_calls(1);
    while (!us_device_set_open(door, 0)) {}
    uint32_t before = __atomic_load_n(&callback->consumed, __ATOMIC_ACQUIRE);
    us_guard_set(memory, 1);
    us_guard_set(memory, 0);
    wait_for_calls(2); /* one that began after the door was shut has ended */
    played += __atomic_load_n(&callback->consumed, __ATOMIC_ACQUIRE) != before;
    us_device_set_open(door, 1);
    us_guard_set(memory, 1);
    us_guard_set(memory, 0);
  }
  __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
  pthread_join(thread, NULL);
  printf("%" PRIu64 " %u %" PRIu64 " %" PRIu64 "\n", calls, callback->consumed, played, unwritten);
  return 0;
}
