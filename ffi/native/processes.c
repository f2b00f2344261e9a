#define _GNU_SOURCE
#include "processes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"

int us_map_file(const char *path, void *address, uint64_t bytes, uint32_t create) {
  int file = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0), 0600);
  if (file < 0) return errno;
  int failed = create ? posix_fallocate(file, 0, (off_t)bytes) : 0;
  if (!failed && mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
    failed = errno;
  if (failed && create) unlink(path);
  close(file);
  return failed;
}

/* Not FUTEX_PRIVATE: the other side may be another process. */
uint32_t us_wait_word(const uint32_t *word, uint32_t expected, uint32_t max_ms) {
  struct timespec limit = {max_ms / 1000, (long)(max_ms % 1000) * 1000000};
  syscall(SYS_futex, word, FUTEX_WAIT, expected, &limit, NULL, 0);
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

void us_wake_word(const uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); }

int us_thread_exists(int thread_id) {
  return syscall(SYS_tgkill, getpid(), thread_id, 0) == 0 || errno != ESRCH;
}

/* Reads the beginning of a file of /proc. Returns its length; negative where there is none. */
static ssize_t read_account(int thread_id, const char *name, char *text, size_t bytes) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", thread_id, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read(file, text, bytes - 1);
  close(file);
  if (length >= 0) text[length] = 0;
  return length;
}

int us_thread_time(int thread_id, uint64_t *account) {
  char text[1024];
  if (read_account(thread_id, "schedstat", text, sizeof text) <= 0) return ENOENT;
  account[0] = strtoull(text, NULL, 10);
  if (read_account(thread_id, "stat", text, sizeof text) <= 0) return ENOENT;
  const char *name_end = strrchr(text, ')'); /* the name may hold anything */
  account[1] = name_end && name_end[1] == ' ' && name_end[2] == 'R';
  return 0;
}

uint64_t us_process_start(int pid) {
  char text[1024];
  if (read_account(pid, "stat", text, sizeof text) <= 0) return 0;
  char *field = strrchr(text, ')'); /* its name may hold anything, blanks too */
  for (int blanks = 0; field && blanks < 20; blanks++) field = strchr(field + 1, ' ');
  return field ? strtoull(field + 1, NULL, 10) : 0;
}

int us_process_open(int pid) {
  int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
  return descriptor < 0 ? -errno : descriptor;
}

int us_process_ended(int descriptor) {
  struct pollfd ended = {.fd = descriptor, .events = POLLIN};
  return poll(&ended, 1, 0) == 1;
}

int us_process_signal(int descriptor, int signal) {
  return syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) == 0 ? 0 : errno;
}

void us_process_close(int descriptor) { close(descriptor); }

int us_followed_ended(struct us_followed *followed, uint32_t pid) {
  if (pid == 0) return 1;
  if (followed->pid != pid) {
    if (followed->pid && followed->descriptor >= 0) close(followed->descriptor);
    followed->descriptor = us_process_open((int)pid);
    followed->pid = pid;
  }
  return followed->descriptor < 0 ? followed->descriptor == -ESRCH : us_process_ended(followed->descriptor);
}

/* The arguments of this process, as the kernel keeps them; NULL where there is no memory. Freed by the end of the process. */
static char **own_arguments(size_t before) {
  size_t size = 0, room = 4096, count = 0;
  char *text = malloc(room);
  int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  for (ssize_t got; text && file >= 0 && (got = read(file, text + size, room - size - 1)) > 0;) {
    size += (size_t)got;
    if (size + 1 == room) text = realloc(text, room *= 2);
  }
  if (file >= 0) close(file);
  if (!text) return NULL;
  text[size] = 0;
  for (size_t at = 0; at < size; at++) count += text[at] == 0;
  char **arguments = calloc(before + count + 1, sizeof *arguments);
  for (size_t at = 0, index = before; arguments && at < size; at += strlen(text + at) + 1) arguments[index++] = text + at;
  return arguments;
}

/* Whether an argument, a path or a file URL, is this file. */
static int is_file(const char *argument, const char *file) {
  struct stat one, other;
  const char *scheme = "file://";
  if (strncmp(argument, scheme, strlen(scheme)) == 0) argument += strlen(scheme);
  return stat(argument, &one) == 0 && stat(file, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

int us_become_launcher(const char *stage, const char *run_folder, const char *main_file, const char *kept_main) {
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length < 0) return errno;
  program[length] = 0;
  char **arguments = own_arguments(5);
  if (!arguments) return ENOMEM;
  char *main_argument = strdup("");
  for (char **argument = arguments + 6; *argument; argument++) {
    if (!is_file(*argument, main_file)) continue;
    *argument = main_argument = strdup(kept_main);
    break;
  }
  arguments[0] = strdup("understudy");
  arguments[1] = strdup("launch");
  arguments[2] = strdup(run_folder);
  arguments[3] = program;
  arguments[4] = main_argument;
  execv(stage, arguments);
  return errno;
}
