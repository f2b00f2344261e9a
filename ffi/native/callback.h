#ifndef UNDERSTUDY_CALLBACK_H
#define UNDERSTUDY_CALLBACK_H

#include "layout.h"

/* PaStreamCallback: `time_info` is not read; `shared_memory` is the start of the layout. Returns paContinue. */
__attribute__((visibility("default"))) int us_callback(const void *input, void *output, unsigned long frame_count,
                                                       const void *time_info, unsigned long status_flags,
                                                       void *shared_memory);

/*
 * Whether native threads may touch the shared memory: it goes away with the isolate that made it, also when the process ends
 * by an error and nobody has stopped the device. Who enters and gets 0 touches nothing; entering may be nested.
 */
extern uint32_t us_held;
extern uint32_t us_inside;
/* Channels of output while held. */
extern uint32_t us_held_channels;

static inline void us_leave(void) { __atomic_fetch_sub(&us_inside, 1, __ATOMIC_SEQ_CST); }

static inline int us_enter(void) {
  __atomic_fetch_add(&us_inside, 1, __ATOMIC_SEQ_CST);
  if (!__atomic_load_n(&us_held, __ATOMIC_SEQ_CST)) return 1;
  us_leave();
  return 0;
}

#endif
