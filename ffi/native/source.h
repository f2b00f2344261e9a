/*
 * What plays for the devices of a shared memory: the callback, or in a receiver of RTP the stream. A device finds it when it is
 * opened, so every driver plays either. Main isolate; one source in a process.
 */
#ifndef UNDERSTUDY_SOURCE_H
#define UNDERSTUDY_SOURCE_H

/* As PaStreamCallback. The device's thread. */
typedef int us_play_function(const void *input, void *output, unsigned long frame_count, const void *time_info,
                             unsigned long status_flags, void *context);

/* From now on devices of this memory play `play` with `context`; NULL: the callback again. */
void us_source_set(const void *shared_memory, us_play_function *play, void *context);

/* What plays for devices of this memory; `context` is what it is given. */
us_play_function *us_source_of(void *shared_memory, void **context);

#endif
