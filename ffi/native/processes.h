/*
 * What processes that share one memory need of the operating system: a file mapped over a buffer, sleeping on a word until
 * another process changes it, and other processes as descriptors, which unlike ids are never given to another one. Linux.
 */
#ifndef UNDERSTUDY_PROCESSES_H
#define UNDERSTUDY_PROCESSES_H

#include <stdint.h>

#include "export.h"

/*
 * Maps `bytes` bytes of a file over `address`, a page of a buffer that nothing else uses yet; `create` makes the file and
 * reserves its memory first, so that no later write can fail. Returns 0 or an errno. Main isolate, renderers.
 */
US_EXPORT int us_map_file(const char *path, void *address, uint64_t bytes, uint32_t create);

/* Sleeps until a word differs from `expected` or a process wakes it, at most `max_ms`. Returns the word. Any thread. */
US_EXPORT uint32_t us_wait_word(const uint32_t *word, uint32_t expected, uint32_t max_ms);

/* Wakes every thread, of any process, that sleeps on a word. Any thread. */
US_EXPORT void us_wake_word(const uint32_t *word);

/* Whether a thread of this process still exists. Any thread. */
US_EXPORT int us_thread_exists(int thread_id);

/*
 * The kernel's account of a thread of this machine: `account[0]` nanoseconds on a processor, `account[1]` 1 when it runs or waits
 * for a processor. Returns 0, or an errno where the thread is gone or no account is kept. Any thread.
 */
US_EXPORT int us_thread_time(int thread_id, uint64_t *account);

/* When a process began, in ticks since the machine's start; 0: there is none. With its id it names a process for good. Any thread. */
US_EXPORT uint64_t us_process_start(int pid);

/* A descriptor of a process, closed by us_process_close; or a negative errno, -ESRCH where there is none. Any thread. */
US_EXPORT int us_process_open(int pid);

/* Whether the process has ended; it may still wait for its parent to read how. Any thread. */
US_EXPORT int us_process_ended(int descriptor);

/* Sends a signal. Returns 0 or an errno, ESRCH where the process is gone. Any thread. */
US_EXPORT int us_process_signal(int descriptor, int signal);

US_EXPORT void us_process_close(int descriptor);

/* A process that is followed by its id; zeroed: none yet. */
struct us_followed {
  uint32_t pid;
  int descriptor;
};

/* Whether the process with this id has ended; an id of 0 counts as ended. Follows the id from the first call with it on. One thread. */
int us_followed_ended(struct us_followed *followed, uint32_t pid);

/*
 * Becomes the launcher: replaces this program by `stage` in its role `launch`, which starts the program again as the control
 * process of the engine whose run folder this is. Of its arguments, the one that is `main_file` becomes `kept_main`. Returns only
 * where that fails: an errno. Main isolate, before anything else.
 */
US_EXPORT int us_become_launcher(const char *stage, const char *run_folder, const char *main_file, const char *kept_main);

#endif
