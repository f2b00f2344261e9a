/*
 * The role `launch`: the process that the user or the service manager started. It passes signals on, starts the control process
 * again when that was lost, and ends everything when it has ended on purpose.
 *
 * It is also the fence. A new control process is started only after the kernel has reported the end of the one before, so
 * two never write the log or the orders, however long the old one had been stopped; a control process that stands still
 * is ended first.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"
#include "monotonic.h"
#include "processes.h"
#include "run_folder.h"
#include "scheduling.h"
#include "stage.h"

#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define STORE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELEASE)
#define AT(type, offset) ((type *)(void *)(self->memory + (offset)))

enum { phase_starting = 0, phase_running = 1, phase_ended = 2, phase_handing_over = 3 };

#define MAIN_NICE (-20) /* as in engine/scheduling/real_time.ts */
#define LOOK_MS 50
/* A running control process without a turn in this many looks hangs, and so does a stage: 1 s of looks, so a machine that stood still is no reason. */
#define MAX_STILL_LOOKS 20
#define MAX_BACKOFF_MS 5000
/* A control process that had taken over and lived this long did not fail because of its start. */
#define SOUND_LIFE_MS 2000
/* A control process has stopped everything within this: more than it gives itself. After a second signal it has this. */
#define MAX_STOP_MS 25000
#define MAX_SECOND_STOP_MS 2000
/* One that takes over gives orders within this, on a busy machine too. The first one may build, rehearse and wait for a device. */
#define MAX_TAKE_OVER_MS 30000
/*
 * A lost stage is started again by the control process, within a tick. Where that is lost or hangs as well, the launcher does it:
 * without a control process at once, beside one after this. A stage that was just started has as long to take its place.
 */
#define STAGE_PATIENCE_MS 250
/* Delay before the launcher starts a stage again that was lost soon after its start; it doubles up to the longest. */
#define MAX_STAGE_BACKOFF_MS 2000
/* Processes that are left at the end are gone within this. */
#define END_MS 2000

/* What is executed, and the module that takes the place of that argument; empty: none. */
struct version {
  char program[PATH_MAX];
  char module[PATH_MAX];
};

struct launcher {
  const char *run_folder;
  const char *main_argument;
  char **arguments;
  struct version proven;  /* its control process has taken over */
  struct version started; /* the one that was started last */
  int held;               /* the marker of the copy that it is, locked so that nothing removes it; 0: none */
  int on_trial;           /* that one has not taken over yet, and differs */
  unsigned char *memory; /* NULL until the first control process has made it */
  sigset_t outer;
  pid_t control; /* 0: none lives */
  int status;
  uint32_t epoch;
  uint32_t heartbeat;
  uint32_t still;
  int end_asked;
  uint64_t kill_ms; /* when the control process is ended by force; 0: not planned */
  uint64_t started_ms;
  uint64_t restart_ms;
  uint32_t backoff_ms;
  struct us_followed stage;
  uint32_t stage_heartbeat, stage_still;
  uint32_t stage_starts;
  uint64_t stage_starts_ms; /* when that number was seen first, or the launcher started one */
  uint64_t stage_lost_ms;   /* when it was found gone; 0: it plays */
  uint32_t stage_backoff_ms;
};

static uint64_t now_ms(void) { return us_monotonic_ns() / 1000000u; }

static int version_path(const struct launcher *self, char *path) {
  return snprintf(path, PATH_MAX, "%s/program", self->run_folder) < PATH_MAX;
}

/* The version that an upgrade has left in the run's folder, or else the one that has taken over before. */
static void choose_version(struct launcher *self) {
  char path[PATH_MAX];
  self->started = self->proven;
  FILE *file = version_path(self, path) ? fopen(path, "re") : NULL;
  if (!file) return;
  struct version next;
  if (fgets(next.program, sizeof next.program, file) && fgets(next.module, sizeof next.module, file)) {
    next.program[strcspn(next.program, "\n")] = 0;
    next.module[strcspn(next.module, "\n")] = 0;
    self->started = next;
  }
  fclose(file);
  self->on_trial = strcmp(self->started.program, self->proven.program) != 0 ||
                   strcmp(self->started.module, self->proven.module) != 0;
}

/* Writes a line to standard error, unless that would wait for a reader: nothing here may stand still for a log. */
static void print_line(const char *line) {
  struct pollfd stream = {STDERR_FILENO, POLLOUT, 0};
  if (poll(&stream, 1, 0) != 1 || !(stream.revents & POLLOUT)) return;
  if (write(STDERR_FILENO, line, strlen(line)) < 0) return; /* the terminal is gone */
}

/* The version on trial did not take over: the one before is started again. */
static void give_up_version(struct launcher *self) {
  char path[PATH_MAX];
  if (version_path(self, path)) unlink(path);
  self->on_trial = 0;
  print_line("understudy: the control process of the new version did not take over; that of the old one is started\n");
}

/* Holds the copy of the program that is about to be started, as `cli/kept_program.ts` does for the process that runs it. */
static void hold_version(struct launcher *self) {
  char marker[PATH_MAX];
  const char *module = self->started.module, *end = strrchr(module, '/');
  if (!end || snprintf(marker, sizeof marker, "%.*s/kept", (int)(end - module), module) >= (int)sizeof marker) return;
  int file = open(marker, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  flock(file, LOCK_SH | LOCK_NB);
  if (self->held) close(self->held);
  self->held = file;
}

static void execute(const struct launcher *self) {
  for (char **argument = self->arguments + 1; self->main_argument[0] && self->started.module[0] && *argument; argument++)
    if (strcmp(*argument, self->main_argument) == 0) *argument = strdup(self->started.module);
  execv(self->started.program, self->arguments);
  perror(self->started.program);
}

/* Puts this process where the main isolate's thread is, unless real time is not wanted. */
static void raise_process(void) {
  const char *real_time = getenv("UNDERSTUDY_REAL_TIME");
  if (!real_time || strcmp(real_time, "off") != 0) setpriority(PRIO_PROCESS, 0, us_lowest_nice(MAIN_NICE));
}

static void start_control(struct launcher *self) {
  pid_t launcher = getpid();
  choose_version(self);
  hold_version(self);
  char epoch[16];
  snprintf(epoch, sizeof epoch, "%u", ++self->epoch);
  if (self->memory) STORE(AT(struct us_launcher, US_LAUNCHER_OFFSET)->epoch, self->epoch);
  self->still = 0;
  self->kill_ms = 0;
  self->started_ms = now_ms();
  self->control = fork();
  if (self->control > 0) return;
  if (self->control < 0) {
    perror("understudy: the control process did not start");
    self->control = 0;
    self->restart_ms = now_ms() + MAX_BACKOFF_MS;
    return;
  }
  setpgid(0, 0); /* a key of the terminal reaches the launcher alone, which passes it on once */
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != launcher) _exit(us_stage_failed);
  if (self->epoch > 1) raise_process(); /* until the next one has taken over, nobody answers */
  sigprocmask(SIG_SETMASK, &self->outer, NULL);
  char own[16];
  snprintf(own, sizeof own, "%d", (int)getpid());
  if (getenv("WATCHDOG_PID")) setenv("WATCHDOG_PID", own, 1); /* it feeds systemd's watchdog in place of the launcher */
  setenv("_UNDERSTUDY_RUN", self->run_folder, 1);
  setenv("_UNDERSTUDY_EPOCH", epoch, 1);
  execute(self);
  _exit(us_stage_failed);
}

static void reap(struct launcher *self) {
  int status;
  for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (ended != self->control) continue;
    self->control = 0;
    self->status = status;
  }
}

static int exit_code(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

static const char *how(int status, char *text, size_t bytes) {
  if (WIFSIGNALED(status)) snprintf(text, bytes, "signal %d, %s", WTERMSIG(status), strsignal(WTERMSIG(status)));
  else snprintf(text, bytes, "exit code %d", WEXITSTATUS(status));
  return text;
}

/* Whether the whole engine ends with the control process that has just ended. */
static int is_over(const struct launcher *self) {
  if (self->end_asked || !self->memory) return 1;
  uint32_t phase = LOAD(AT(struct us_control_process, US_CONTROL_PROCESS_OFFSET)->phase);
  return phase == phase_ended || (phase == phase_starting && self->epoch == 1);
}

/* Whether the control process of this epoch had taken over. */
static int has_run(const struct launcher *self) {
  const struct us_control_process *process = AT(struct us_control_process, US_CONTROL_PROCESS_OFFSET);
  return LOAD(process->epoch) == self->epoch && LOAD(process->phase) != phase_starting;
}

/* A warning on the log's stream, in the format of the log: no process is there that could write it. */
static void report(const char *format, ...) {
  char text[192];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  char line[320];
  const char *log_format = getenv("UNDERSTUDY_LOG_FORMAT");
  if (!log_format || strcmp(log_format, "json") != 0) {
    snprintf(line, sizeof line, "understudy: %s\n", text);
    print_line(line);
    return;
  }
  struct timespec now;
  struct tm date;
  char moment[32];
  clock_gettime(CLOCK_REALTIME, &now);
  strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &date));
  snprintf(line, sizeof line, "{\"time\":\"%s.%03ldZ\",\"level\":\"warning\",\"message\":\"%s\"}\n", moment,
           now.tv_nsec / 1000000, text);
  print_line(line);
}

static void plan_restart(struct launcher *self) {
  char text[96];
  if (self->on_trial) {
    self->restart_ms = 0;
    return give_up_version(self);
  }
  if (LOAD(AT(struct us_control_process, US_CONTROL_PROCESS_OFFSET)->phase) == phase_handing_over) {
    print_line("understudy: the control process hands over to that of the next version\n");
    self->restart_ms = 0;
    return;
  }
  int lived = has_run(self) && now_ms() - self->started_ms >= SOUND_LIFE_MS;
  self->restart_ms = now_ms() + (lived ? 0 : self->backoff_ms);
  char wait[32] = "at once";
  if (!lived && self->backoff_ms > 0) snprintf(wait, sizeof wait, "in %u ms", self->backoff_ms);
  report("the control process was lost (%s); the sound goes on, another one starts %s",
         how(self->status, text, sizeof text), wait);
  self->backoff_ms = lived ? 0 : self->backoff_ms == 0 ? 100 : self->backoff_ms * 2;
  if (self->backoff_ms > MAX_BACKOFF_MS) self->backoff_ms = MAX_BACKOFF_MS;
}

/* The control process is ended by force in this time, unless that was planned for an earlier moment. */
static void plan_kill(struct launcher *self, uint64_t in_ms) {
  uint64_t moment = now_ms() + in_ms;
  if (self->kill_ms == 0 || moment < self->kill_ms) self->kill_ms = moment;
}

static void watch_control(struct launcher *self) {
  if (!self->memory) {
    self->memory = us_run_map(self->run_folder);
    if (!self->memory) return;
    STORE(AT(struct us_launcher, US_LAUNCHER_OFFSET)->epoch, self->epoch);
    STORE(AT(struct us_launcher, US_LAUNCHER_OFFSET)->pid, (uint32_t)getpid());
  }
  const struct us_control_process *process = AT(struct us_control_process, US_CONTROL_PROCESS_OFFSET);
  int runs = LOAD(process->epoch) == self->epoch && LOAD(process->phase) == phase_running;
  uint32_t beat = LOAD(process->heartbeat);
  self->still = runs && beat == self->heartbeat ? self->still + 1 : 0;
  self->heartbeat = beat;
  if (runs && self->on_trial) {
    self->proven = self->started;
    self->on_trial = 0;
  }
  int gives_orders = LOAD(process->epoch) == self->epoch && LOAD(process->phase) != phase_starting;
  if (gives_orders && !runs) plan_kill(self, MAX_STOP_MS);
  if (!gives_orders && self->epoch > 1 && now_ms() - self->started_ms > MAX_TAKE_OVER_MS) plan_kill(self, 0);
  if (self->still >= MAX_STILL_LOOKS) plan_kill(self, 0);
}

static void start_stage(struct launcher *self) {
  char starts[16];
  snprintf(starts, sizeof starts, "%u", self->stage_starts);
  pid_t child = fork();
  if (child < 0) perror("understudy: the stage process did not start");
  if (child != 0) return;
  raise_process();
  sigprocmask(SIG_SETMASK, &self->outer, NULL);
  execl("/proc/self/exe", "understudy-stage", "play", self->run_folder, starts, (char *)NULL);
  perror("understudy-stage");
  _exit(us_stage_failed);
}

/* Starts a lost stage again where the control process does not. Of two that were started for one place, one plays. */
static void keep_stage(struct launcher *self) {
  if (!self->memory || self->end_asked) return;
  const struct us_control_process *process = AT(struct us_control_process, US_CONTROL_PROCESS_OFFSET);
  const struct us_stage_report *stage = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  uint32_t phase = LOAD(process->phase), starts = LOAD(stage->starts), pid = LOAD(stage->pid);
  int is_wanted = LOAD(AT(struct us_stage_orders, US_STAGE_ORDERS_OFFSET)->driver) != 0 &&
                  LOAD(AT(struct us_control, US_CONTROL_OFFSET)->play) != 0 && phase != phase_ended && starts > 0;
  if (!is_wanted) return;
  if (starts != self->stage_starts) {
    self->stage_starts = starts;
    self->stage_starts_ms = now_ms();
  }
  if (!us_followed_ended(&self->stage, pid)) {
    uint32_t beat = LOAD(stage->heartbeat);
    self->stage_still = beat == self->stage_heartbeat ? self->stage_still + 1 : 0;
    self->stage_heartbeat = beat;
    if (self->stage_still == MAX_STILL_LOOKS && self->stage.descriptor >= 0)
      us_process_signal(self->stage.descriptor, SIGKILL); /* as the control process does, if it can */
    self->stage_lost_ms = 0;
    if (now_ms() - self->stage_starts_ms > SOUND_LIFE_MS) self->stage_backoff_ms = 0;
    return;
  }
  if (self->stage_lost_ms == 0) self->stage_lost_ms = now_ms();
  int is_controlled = self->control > 0 && LOAD(process->epoch) == self->epoch && phase == phase_running;
  uint64_t patience_ms = is_controlled ? STAGE_PATIENCE_MS : 0;
  if (now_ms() - self->stage_lost_ms < patience_ms + self->stage_backoff_ms) return;
  if (now_ms() - self->stage_starts_ms < STAGE_PATIENCE_MS) return; /* the next one is about to say who it is */
  report("the stage process was lost while no control process could replace it; the launcher starts another one");
  start_stage(self);
  self->stage_starts_ms = now_ms();
  self->stage_backoff_ms = self->stage_backoff_ms == 0 ? 50 : self->stage_backoff_ms * 2;
  if (self->stage_backoff_ms > MAX_STAGE_BACKOFF_MS) self->stage_backoff_ms = MAX_STAGE_BACKOFF_MS;
}

/* Ends a control process whose time is over: it hangs, or stands still. */
static void end_hanging_control(struct launcher *self) {
  if (!self->control || self->kill_ms == 0 || now_ms() < self->kill_ms) return;
  report("the control process hangs; it is ended");
  kill(self->control, SIGKILL);
  self->still = 0;
  self->kill_ms = now_ms() + MAX_SECOND_STOP_MS; /* once is enough, unless the kernel is slow */
}

/* Whether a process is the stage or a renderer that has taken its seat: those play on without a control process. */
static int plays(const struct launcher *self, int pid) {
  const struct us_geometry *geometry = AT(struct us_geometry, US_GEOMETRY_OFFSET);
  if (LOAD(AT(struct us_stage_report, US_STAGE_REPORT_OFFSET)->pid) == (uint32_t)pid) return 1;
  for (uint32_t seat = 0; seat < geometry->seat_count; seat++) {
    size_t report = geometry->seat_offset + (size_t)seat * geometry->seat_bytes + US_SEAT_REPORT_OFFSET;
    if (LOAD(AT(struct us_seat_report, report)->thread_id) == (uint32_t)pid) return 1;
  }
  return 0;
}

/* Kills the children that are left: those of a control process that was lost are ours. Returns how many there were. */
static int kill_children(const struct launcher *self, int also_those_that_play) {
  char path[64];
  int pid, count = 0;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  while (fscanf(file, "%d", &pid) == 1)
    if (also_those_that_play || !plays(self, pid)) count += kill(pid, SIGKILL) == 0;
  fclose(file);
  return count;
}

static void finish(struct launcher *self) {
  uint64_t limit = now_ms() + END_MS;
  while (kill_children(self, 1) > 0 && now_ms() < limit) {
    struct timespec pause = {0, 2000000};
    nanosleep(&pause, NULL);
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
  }
  us_run_remove(self->run_folder);
}

static void pass_on(struct launcher *self, int signal) {
  if (self->control) kill(self->control, signal);
  if (signal != SIGINT && signal != SIGTERM && signal != SIGQUIT) return;
  plan_kill(self, self->end_asked ? MAX_SECOND_STOP_MS : MAX_STOP_MS);
  self->end_asked = 1;
}

int us_stage_launch(const char *run_folder, const char *program, const char *main_argument, char **arguments) {
  static struct launcher self;
  self.run_folder = run_folder;
  self.main_argument = main_argument;
  self.arguments = arguments;
  snprintf(self.proven.program, sizeof self.proven.program, "%s", program);
  snprintf(self.proven.module, sizeof self.proven.module, "%s", main_argument);
  sigset_t awaited;
  sigemptyset(&awaited);
  const int signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
  for (size_t index = 0; index < sizeof signals / sizeof *signals; index++) sigaddset(&awaited, signals[index]);
  sigprocmask(SIG_BLOCK, &awaited, &self.outer);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  start_control(&self);
  for (;;) {
    struct timespec look = {0, LOOK_MS * 1000000};
    int signal = sigtimedwait(&awaited, NULL, &look);
    if (signal > 0 && signal != SIGCHLD) pass_on(&self, signal);
    pid_t before = self.control;
    reap(&self);
    watch_control(&self);
    keep_stage(&self);
    end_hanging_control(&self);
    if (self.control > 0) continue;
    if (before != 0) {
      if (is_over(&self)) break;
      kill_children(&self, 0); /* nobody waits any more for what they do, e.g. evaluate a patch */
      plan_restart(&self);
    } else if (self.end_asked) {
      break;
    }
    if (now_ms() < self.restart_ms) continue;
    start_control(&self);
  }
  finish(&self);
  return exit_code(self.status);
}
