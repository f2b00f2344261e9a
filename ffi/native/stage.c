/*
 * understudy-stage play RUN_FOLDER STARTS                     calls the callback, and knows nothing else
 * understudy-stage launch RUN_FOLDER PROGRAM MAIN ARGUMENT... restarts the control process; MAIN: which argument is its module
 * understudy-stage renderer ERROR_FILE PROGRAM ARGUMENT...    becomes a renderer's process
 */
#define _GNU_SOURCE
#include "stage.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Signals of the terminal and of a service manager are for the control process, which ends the others in order. */
static void ignore_signals(void) {
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGTSTP, SIG_IGN);
}

/* When memory is short, a renderer is the process to end: two others play what it plays. */
static int become_renderer(const char *error_file, const char *program, char **arguments) {
  ignore_signals();
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file >= 0) {
    if (write(file, "500", 3) != 3) perror("understudy-stage: oom_score_adj");
    close(file);
  }
  int errors = open(error_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (errors >= 0) dup2(errors, STDERR_FILENO);
  execv(program, arguments);
  perror(program);
  return us_stage_failed;
}

int main(int count, char **arguments) {
  const char *role = count > 1 ? arguments[1] : "";
  if (count == 4 && strcmp(role, "play") == 0) {
    ignore_signals();
    return us_stage_play(arguments[2], (uint32_t)strtoul(arguments[3], NULL, 10));
  }
  if (count > 5 && strcmp(role, "launch") == 0)
    return us_stage_launch(arguments[2], arguments[3], arguments[4], arguments + 5);
  if (count > 4 && strcmp(role, "renderer") == 0) return become_renderer(arguments[2], arguments[3], arguments + 3);
  fprintf(stderr, "understudy-stage: a part of Understudy that it starts itself; run understudy instead\n");
  return us_stage_usage;
}
