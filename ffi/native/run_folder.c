#define _GNU_SOURCE
#include "run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layout.h"
#include "processes.h"
#include "services.h"

#define PREFIX "understudy-run-"
#define SHARED_FOLDER "/dev/shm"

int us_run_create(const char *parent, char *path, uint32_t bytes) {
  uint32_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) return errno;
  int length = snprintf(path, bytes, "%s/" PREFIX "%d-%" PRIu64 "-%08x", parent, getpid(), us_process_start(getpid()),
                        random);
  if (length < 0 || (uint32_t)length >= bytes) return ENAMETOOLONG;
  return mkdir(path, 0700) == 0 ? 0 : errno;
}

unsigned char *us_run_map(const char *run_folder) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "/dev/shm/%s.memory", strrchr(run_folder, '/') + 1);
  int file = open(path, O_RDWR | O_CLOEXEC);
  struct stat found;
  if (file < 0) return NULL;
  void *memory = MAP_FAILED;
  if (fstat(file, &found) == 0 && found.st_size >= US_FIXED_BYTES)
    memory = mmap(NULL, (size_t)found.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) return NULL;
  if (us_check_layout(memory, (uint64_t)found.st_size) == us_layout_ok) return memory;
  munmap(memory, (size_t)found.st_size);
  return NULL;
}

/* Folders in folders that are removed: a run makes none, and no other program makes many there. */
#define MAX_DEPTH 8

/* Removes a folder and what is in it; follows no link. */
static void remove_folder(int parent, const char *name, int depth) {
  int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *folder = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (!folder) return;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (unlinkat(descriptor, entry->d_name, 0) != 0 && depth < MAX_DEPTH) remove_folder(descriptor, entry->d_name, depth + 1);
  }
  closedir(folder);
  unlinkat(parent, name, AT_REMOVEDIR);
}

int us_run_has_file(const char *path) { return access(path, F_OK) == 0; }

void us_run_remove_file(const char *path) { unlink(path); }

void us_run_remove(const char *path) {
  const char *name = strrchr(path, '/') + 1;
  remove_folder(AT_FDCWD, path, 0);
  DIR *shared = opendir(SHARED_FOLDER);
  if (!shared) return;
  for (struct dirent *entry; (entry = readdir(shared));)
    if (strncmp(entry->d_name, name, strlen(name)) == 0) unlinkat(dirfd(shared), entry->d_name, 0);
  closedir(shared);
}

static uint32_t remove_dead_in(const char *parent) {
  uint32_t count = 0;
  DIR *folder = opendir(parent);
  if (!folder) return 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    int pid;
    uint64_t start;
    if (sscanf(entry->d_name, PREFIX "%d-%" SCNu64 "-", &pid, &start) != 2 || us_process_start(pid) == start) continue;
    remove_folder(dirfd(folder), entry->d_name, 0);
    unlinkat(dirfd(folder), entry->d_name, 0);
    count += faccessat(dirfd(folder), entry->d_name, F_OK, AT_SYMLINK_NOFOLLOW) != 0; /* another user's stays */
  }
  closedir(folder);
  return count;
}

uint32_t us_run_remove_dead(const char *parent) { return remove_dead_in(parent) + remove_dead_in(SHARED_FOLDER); }
