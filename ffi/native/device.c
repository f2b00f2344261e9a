#define _GNU_SOURCE
#include "device.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "monotonic.h"

/* Longest wait for a call that is inside: no call lasts that long unless its thread has no processor. */
static const uint64_t shut_ns = 5000000u;

void *us_device_create(void *shared_memory) {
  const struct us_geometry *g = shared_memory;
  struct us_device *self = aligned_alloc(64, sizeof *self);
  if (!self) return NULL;
  memset(self, 0, sizeof *self);
  self->shared_memory = shared_memory;
  self->play = us_source_of(shared_memory, &self->context);
  self->channels = g->channels;
  self->sample_rate_hz = g->sample_rate_hz;
  return self;
}

void *us_device_call_address(void) {
  union {
    int (*function)(const void *, void *, unsigned long, const void *, unsigned long, void *);
    void *address;
  } pointer = {us_device_call};
  return pointer.address;
}

int us_device_set_open(void *device, uint32_t open) {
  struct us_device *self = device;
  __atomic_store_n(&self->open, open, __ATOMIC_SEQ_CST);
  if (open) return 1;
  uint64_t begun = us_monotonic_ns();
  while (__atomic_load_n(&self->inside, __ATOMIC_SEQ_CST) != 0) {
    if (us_monotonic_ns() - begun > shut_ns) return 0;
    sched_yield();
  }
  return 1;
}

void us_device_poll(const void *device, struct us_device_state *state) {
  const struct us_device *self = device;
  state->calls = __atomic_load_n(&self->calls, __ATOMIC_ACQUIRE);
  state->period_frames = __atomic_load_n(&self->period_frames, __ATOMIC_RELAXED);
}

void us_device_free(void *device) { free(device); }
