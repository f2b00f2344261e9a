#ifndef UNDERSTUDY_CALLBACK_H
#define UNDERSTUDY_CALLBACK_H

#include "layout.h"

/* PaStreamCallback: `time_info` is not read; `shared_memory` is the start of the layout. Returns paContinue. */
__attribute__((visibility("default"))) int us_callback(const void *input, void *output, unsigned long frame_count,
                                                       const void *time_info, unsigned long status_flags,
                                                       void *shared_memory);

/*
 * The same for a device, which may call again after it was lost and something else plays in its place: then it gets silence,
 * and its calls are counted. `shared_memory` as above.
 */
int us_device_callback(const void *input, void *output, unsigned long frame_count, const void *time_info,
                       unsigned long status_flags, void *shared_memory);

/*
 * Memories that native threads must not touch: one goes away with the isolate that made it, also when that ends by an error
 * and nobody has stopped the device. Who enters and gets 0 touches nothing; entering may be nested. Entries are added and
 * never removed, so that they can be read without a lock; `memory` is NULL where nothing is held any more.
 */
struct us_held {
  const void *memory;
  uint32_t channels; /* of output */
  struct us_held *next;
};
extern struct us_held *us_held;
extern uint32_t us_inside;

static inline struct us_held *us_find_held(const void *memory) {
  struct us_held *held = __atomic_load_n(&us_held, __ATOMIC_SEQ_CST);
  while (held && __atomic_load_n(&held->memory, __ATOMIC_SEQ_CST) != memory) held = held->next;
  return held;
}

static inline void us_leave(void) { __atomic_fetch_sub(&us_inside, 1, __ATOMIC_SEQ_CST); }

static inline int us_enter(const void *memory) {
  __atomic_fetch_add(&us_inside, 1, __ATOMIC_SEQ_CST);
  if (!us_find_held(memory)) return 1;
  us_leave();
  return 0;
}

#endif
