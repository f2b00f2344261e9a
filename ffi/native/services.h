/* Services of the operating system that the engine needs outside the audio callback. Thread: as stated at each function. */
#ifndef UNDERSTUDY_SERVICES_H
#define UNDERSTUDY_SERVICES_H

#include <stdint.h>

#include "export.h"

/* Address of a function that takes any arguments and does nothing: sound libraries may send their messages there. */
US_EXPORT void *us_ignore_address(void);

/* Kernel id of the calling thread. Any thread. */
US_EXPORT int us_thread_id(void);

/* Gives a thread real-time priority (SCHED_FIFO), 1..99; 0 returns it to the normal class. Returns 0 or an errno. */
US_EXPORT int us_prioritise_thread(int thread_id, int priority);

/* Why a memory is not the shared memory of this version. */
enum us_layout_problem { us_layout_ok, us_layout_no_magic, us_layout_other_version, us_layout_other_size };

/*
 * Compares magic, version and sizes of a shared memory of `bytes` bytes with those that this code was compiled for. To be called
 * before the memory is given to any other function here. Returns a us_layout_problem. Any thread.
 */
US_EXPORT int us_check_layout(const void *shared_memory, uint64_t bytes);

/*
 * Keeps memory out of swap, until it is unmapped, and makes all of its pages present. Returns 0 or an errno. Only for memory that
 * the runtime never gives back by pages: it ends the process when the kernel refuses that, which rules out mlockall. Any thread.
 */
US_EXPORT int us_lock_memory(void *memory, uint64_t bytes);

/*
 * Sends a datagram to a UNIX socket; an address that begins with a zero byte is abstract. Never waits. Returns 0 or an errno.
 * Any thread.
 */
US_EXPORT int us_send_datagram(const char *address, uint32_t address_bytes, const char *text, uint32_t text_bytes);

/* Processor ticks and the monotonic clock in nanoseconds, read together: `pair[0]` and `pair[1]`. Any thread. */
US_EXPORT void us_read_clocks(uint64_t *pair);

/* Processor time that the calling thread has had, in nanoseconds: waiting for a processor does not count. Any thread. */
US_EXPORT uint64_t us_processor_ns(void);

/*
 * Sleeps until `consumed` reaches `block`, at most `max_ns`: first until shortly after the device is expected, judged by
 * its earlier calls, then in short steps. Returns `consumed`. Renderer threads.
 */
US_EXPORT uint32_t us_wait_consumed(void *shared_memory, uint32_t block, uint32_t max_ns);

/*
 * Starts the clock driver: its thread calls us_callback for `period_frames` at absolute deadlines, with SCHED_FIFO
 * `priority` where that is allowed. Returns 0 or an errno.
 */
US_EXPORT int us_clock_start(void *shared_memory, uint32_t period_frames, int priority);

/* Ends and joins the clock thread. Returns 0, or ESRCH if none runs. May block for a period. */
US_EXPORT int us_clock_stop(void *shared_memory);

/* Calls the callback `calls` times back to back, for benchmarks and offline rendering. Any thread that owns the memory. */
US_EXPORT void us_call_repeatedly(void *shared_memory, float *output, uint32_t frames, uint32_t calls);

#endif
