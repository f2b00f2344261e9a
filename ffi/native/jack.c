#define _GNU_SOURCE
#include "guard.h"
#include "jack_process.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* What a thread of its own does, while its caller waits for a limited time. */
struct job {
  pthread_mutex_t lock;
  pthread_cond_t ended;
  int done;
  int abandoned;
  void (*work)(struct job *);
  void (*give_up)(struct job *); /* the caller goes; may be NULL */
  void (*late)(struct job *);    /* called in place of the caller, who has gone */
  struct us_jack *self;
  struct us_jack_options options; /* with texts of its own */
  uint32_t sample_rate_hz;
  int result;
};

/* 1 while an attempt to open a client is going on, also one that nobody waits for any more. */
static uint32_t opening;

static void free_job(struct job *job) {
  free((void *)job->options.client_name);
  free((void *)job->options.device);
  free((void *)job->options.input_device);
  free((void *)job->options.connections);
  free(job);
}

static void *run(void *argument) {
  struct job *job = argument;
  job->work(job);
  pthread_mutex_lock(&job->lock);
  job->done = 1;
  int abandoned = job->abandoned;
  pthread_cond_signal(&job->ended);
  pthread_mutex_unlock(&job->lock);
  if (abandoned) {
    job->late(job);
    free_job(job);
  }
  return NULL;
}

/* Runs the job. Returns 1 when it ended in time; otherwise it goes on without us, and must not be touched again. */
static int run_within(struct job *job, uint64_t timeout_ms) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&job->ended, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&job->lock, NULL);
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, job) != 0) {
    job->work(job); /* without a thread it is done here, however long it takes */
    return 1;
  }
  pthread_detach(thread);
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += (time_t)(timeout_ms / 1000);
  until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  pthread_mutex_lock(&job->lock);
  while (!job->done && pthread_cond_timedwait(&job->ended, &job->lock, &until) != ETIMEDOUT) {}
  int done = job->done;
  job->abandoned = !done;
  if (!done && job->give_up) job->give_up(job);
  pthread_mutex_unlock(&job->lock);
  return done;
}

static char *copied(const char *text) { return text ? strdup(text) : NULL; }

static void free_client(struct us_jack *self) {
  free(self->output);
  free(self->input);
  us_device_free(self->door);
  free(self);
}

/* JACK's own threads. */

static void shut_down(void *argument) {
  struct us_jack *self = argument;
  if (__atomic_exchange_n(&self->alive, 0, __ATOMIC_SEQ_CST)) __atomic_fetch_add(&us_jack_dead_clients, 1, __ATOMIC_SEQ_CST);
}

/* Whether a renderer has published all that a call of this many frames takes. */
static int is_published(const struct us_jack *self, uint32_t frames) {
  const unsigned char *base = self->door->shared_memory;
  const struct us_geometry *g = (const void *)base;
  const struct us_control *control = (const void *)(base + US_CONTROL_OFFSET);
  const struct us_callback *callback = (const void *)(base + US_CALLBACK_OFFSET);
  if (!__atomic_load_n(&control->play, __ATOMIC_ACQUIRE)) return 1;
  uint32_t last = __atomic_load_n(&callback->consumed, __ATOMIC_ACQUIRE) + (frames + g->block_frames - 1) / g->block_frames;
  for (uint32_t role = 0; role < US_ROLE_COUNT; role++) {
    uint32_t ring = __atomic_load_n(&control->role_ring[role], __ATOMIC_ACQUIRE);
    if (ring == 0 || ring > g->seat_count) continue;
    size_t slot = (size_t)(ring - 1) * g->ring_bytes + (size_t)(last & (g->ring_slots - 1)) * g->slot_bytes;
    if (__atomic_load_n(&((const struct us_slot *)(const void *)(base + g->ring_offset + slot))->tag, __ATOMIC_ACQUIRE) == last)
      return 1;
  }
  return 0;
}

/*
 * JACK lets no client play before this returns. So it gives the renderers time to run ahead as far as the new period needs, which the main
 * isolate tells them; with input they cannot, because they need what the device has yet to capture.
 */
static int period_changed(uint32_t frames, void *argument) {
  struct us_jack *self = argument;
  struct timespec pause = {0, 500000};
  uint32_t before = __atomic_exchange_n(&self->period_frames, frames, __ATOMIC_SEQ_CST);
  if (frames <= before || self->input_channels > 0) return 0;
  for (int looks = 0; looks < 200 && __atomic_load_n(&self->door->open, __ATOMIC_SEQ_CST); looks++) {
    if (!us_guard_enter(self->door->shared_memory)) return 0;
    int published = is_published(self, frames);
    us_guard_leave();
    if (published) return 0;
    nanosleep(&pause, NULL);
  }
  return 0;
}

static int xrun(void *argument) {
  __atomic_fetch_add(&((struct us_jack *)argument)->xruns, 1, __ATOMIC_RELAXED);
  return 0;
}

static void ports_changed(uint32_t port, int registered, void *argument) {
  (void)port, (void)registered;
  __atomic_store_n(&((struct us_jack *)argument)->ports_changed, 1, __ATOMIC_RELEASE);
}

static void connections_changed(uint32_t one, uint32_t other, int connected, void *argument) {
  (void)one, (void)other, (void)connected;
  __atomic_store_n(&((struct us_jack *)argument)->connections_changed, 1, __ATOMIC_RELEASE);
}

/* Connecting. */

static size_t client_length(const char *port) {
  const char *colon = strchr(port, ':');
  return colon ? (size_t)(colon - port) : strlen(port);
}

static int same_client(const char *port, const char *other) {
  size_t length = client_length(port);
  return client_length(other) == length && strncmp(port, other, length) == 0;
}

/* Whether the port belongs to the client that is meant: exactly, or by a part of its name. */
static int belongs(const char *port, const char *wanted, int exactly) {
  size_t length = client_length(port), part = strlen(wanted);
  if (exactly) return length == part && strncmp(port, wanted, length) == 0;
  for (size_t at = 0; at + part <= length; at++)
    if (strncasecmp(port + at, wanted, part) == 0) return 1;
  return 0;
}

/* The first port of the only client whose name fits; NULL: none. `*several` says whether there are others. */
static const char *fitting(const char **ports, const char *wanted, int exactly, int *several) {
  const char *first = NULL;
  for (const char **port = ports; port && *port; port++) {
    if (!belongs(*port, wanted, exactly)) continue;
    if (!first) first = *port;
    if (!same_client(first, *port)) *several = 1;
  }
  return first;
}

static int connect_ports(const struct us_jack *self, void *own, const char *other, int plays) {
  const struct us_jack_library *jack = self->library;
  const char *name = jack->port_name(own);
  return plays ? jack->connect(self->client, name, other) : jack->connect(self->client, other, name);
}

/* Connects our ports to those of a device, in order. Returns 0 when a device was named and is not there. */
static int connect_device(struct us_jack *self, const char *wanted, int plays) {
  const struct us_jack_library *jack = self->library;
  uint32_t channels = plays ? self->channels : self->input_channels;
  void **own = plays ? self->outputs : self->inputs;
  if (channels == 0) return 1;
  unsigned long direction = plays ? jack_port_is_input : jack_port_is_output;
  int named = wanted && *wanted, several = 0;
  const char **ports = jack->get_ports(self->client, NULL, JACK_AUDIO_TYPE, named ? direction : direction | jack_port_is_physical);
  if (!named && !ports) ports = jack->get_ports(self->client, NULL, JACK_AUDIO_TYPE, direction | jack_port_is_terminal);
  const char *first = ports ? ports[0] : NULL;
  if (named) {
    first = fitting(ports, wanted, 1, &several);
    several = 0;
    if (!first) first = fitting(ports, wanted, 0, &several);
  }
  uint32_t channel = 0;
  for (const char **port = ports; first && port && *port && channel < channels; port++)
    if (same_client(first, *port)) connect_ports(self, own[channel++], *port, plays);
  int found = first && !several;
  if (ports) jack->free(ports);
  return found || !named;
}

static const char *short_name(const struct us_jack *self, void *port) {
  const char *name = self->library->port_name(port);
  const char *colon = name ? strchr(name, ':') : NULL;
  return colon ? colon + 1 : "";
}

static void *own_port(const struct us_jack *self, const char *name, size_t length, int *plays) {
  for (uint32_t at = 0; at < self->channels + self->input_channels; at++) {
    *plays = at < self->channels;
    void *port = *plays ? self->outputs[at] : self->inputs[at - self->channels];
    const char *found = short_name(self, port);
    if (strlen(found) == length && strncmp(found, name, length) == 0) return port;
  }
  return NULL;
}

static int connect_all(struct us_jack *self, const char *connections) {
  const struct us_jack_library *jack = self->library;
  int missing = 0, plays = 0;
  __atomic_store_n(&self->ports_changed, 0, __ATOMIC_RELEASE);
  for (const char *line = connections; *line;) {
    const char *tab = strchr(line, '\t'), *end = strchr(line, '\n');
    if (!tab || !end || tab > end) break;
    void *own = own_port(self, line, (size_t)(tab - line), &plays);
    char other[512];
    snprintf(other, sizeof other, "%.*s", (int)(end - tab - 1), tab + 1);
    if (own && !jack->port_connected_to(own, other)) {
      if (!jack->port_by_name(self->client, other) || connect_ports(self, own, other, plays) != 0) missing++;
    }
    line = end + 1;
  }
  return missing;
}

int us_jack_connect(void *client, const char *connections) {
  struct us_jack *self = client;
  __atomic_fetch_add(&self->asking, 1, __ATOMIC_SEQ_CST);
  int missing = connect_all(self, connections);
  __atomic_fetch_sub(&self->asking, 1, __ATOMIC_SEQ_CST);
  return missing;
}

int us_jack_connections(void *client, char *text, uint32_t bytes) {
  struct us_jack *self = client;
  __atomic_fetch_add(&self->asking, 1, __ATOMIC_SEQ_CST);
  const struct us_jack_library *jack = self->library;
  uint32_t used = 0;
  int count = 0;
  __atomic_store_n(&self->connections_changed, 0, __ATOMIC_RELEASE);
  text[0] = 0;
  for (uint32_t at = 0; at < self->channels + self->input_channels; at++) {
    void *port = at < self->channels ? self->outputs[at] : self->inputs[at - self->channels];
    const char **others = jack->port_get_connections(port);
    for (const char **other = others; other && *other; other++, count++) {
      int length = snprintf(text + used, bytes - used, "%s\t%s\n", short_name(self, port), *other);
      if (length > 0 && used + (uint32_t)length < bytes) used += (uint32_t)length;
      text[used] = 0;
    }
    if (others) jack->free(others);
  }
  __atomic_fetch_sub(&self->asking, 1, __ATOMIC_SEQ_CST);
  return count;
}

int us_jack_devices(void *client, char *names, uint32_t bytes) {
  struct us_jack *self = client;
  __atomic_fetch_add(&self->asking, 1, __ATOMIC_SEQ_CST);
  const struct us_jack_library *jack = self->library;
  const char **ports = jack->get_ports(self->client, NULL, JACK_AUDIO_TYPE, jack_port_is_input | jack_port_is_physical);
  uint32_t used = 0;
  int count = 0;
  names[0] = 0;
  for (const char **port = ports; port && *port; port++) {
    if (port != ports && same_client(port[-1], *port)) continue;
    int channels = 1;
    while (port[channels] && same_client(*port, port[channels])) channels++;
    int length = snprintf(names + used, bytes - used, "%.*s\t%d\n", (int)client_length(*port), *port, channels);
    if (length > 0 && used + (uint32_t)length < bytes) used += (uint32_t)length;
    names[used] = 0;
    count++;
  }
  if (ports) jack->free(ports);
  __atomic_fetch_sub(&self->asking, 1, __ATOMIC_SEQ_CST);
  return count;
}

/* Opening and closing. */

static int register_ports(struct us_jack *self) {
  char name[16];
  for (uint32_t channel = 0; channel < self->channels; channel++) {
    snprintf(name, sizeof name, "out_%u", channel);
    self->outputs[channel] = self->library->port_register(self->client, name, JACK_AUDIO_TYPE, jack_port_is_output, 0);
    if (!self->outputs[channel]) return 0;
  }
  for (uint32_t channel = 0; channel < self->input_channels; channel++) {
    snprintf(name, sizeof name, "in_%u", channel);
    self->inputs[channel] = self->library->port_register(self->client, name, JACK_AUDIO_TYPE, jack_port_is_input, 0);
    if (!self->inputs[channel]) return 0;
  }
  return 1;
}

static int activate(struct us_jack *self) {
  const struct us_jack_library *jack = self->library;
  jack->on_shutdown(self->client, shut_down, self);
  return jack->set_process_callback(self->client, us_jack_process, self) == 0 &&
         jack->set_buffer_size_callback(self->client, period_changed, self) == 0 &&
         jack->set_xrun_callback(self->client, xrun, self) == 0 &&
         jack->set_port_registration_callback(self->client, ports_changed, self) == 0 &&
         jack->set_port_connect_callback(self->client, connections_changed, self) == 0 && jack->activate(self->client) == 0;
}

/* Closes the client of a job, which may hang. */
static void close_client(struct job *job) {
  struct timespec pause = {0, 1000000};
  while (__atomic_load_n(&job->self->asking, __ATOMIC_SEQ_CST) > 0) nanosleep(&pause, NULL);
  job->self->library->client_close(job->self->client);
}

/* Once for each client: it is closed, or left to the thread that closes it. A server that ends later tells nobody. */
static void forget_death(struct job *job) {
  if (__atomic_exchange_n(&job->self->alive, 0, __ATOMIC_SEQ_CST)) return;
  __atomic_fetch_sub(&us_jack_dead_clients, 1, __ATOMIC_SEQ_CST);
}

static void open_client(struct job *job) {
  struct us_jack *self = job->self;
  const struct us_jack_library *jack = self->library;
  const struct us_jack_options *options = &job->options;
  self->client = jack->client_open(options->client_name, jack_no_start_server, NULL);
  job->result = us_jack_no_server;
  if (!self->client) return;
  self->alive = 1;
  self->period_frames = jack->get_buffer_size(self->client);
  job->sample_rate_hz = jack->get_sample_rate(self->client);
  job->result = us_jack_ok;
  if (job->sample_rate_hz != self->door->sample_rate_hz) job->result = us_jack_other_rate;
  else if (!register_ports(self) || !activate(self)) job->result = us_jack_refused;
  else if (options->connections) connect_all(self, options->connections);
  else if (!connect_device(self, options->device, 1) || !connect_device(self, options->input_device, 0))
    job->result = us_jack_no_device;
  if (job->result == us_jack_ok) return;
  close_client(job);
  forget_death(job);
  self->client = NULL;
}

/* The attempt ended after its caller had gone. */
static void close_late(struct job *job) {
  if (job->self->client) {
    close_client(job);
    forget_death(job);
  }
  free_client(job->self);
  __atomic_store_n(&opening, 0, __ATOMIC_SEQ_CST);
}

static struct us_jack *create(const struct us_jack_library *library, void *shared_memory) {
  const struct us_geometry *g = shared_memory;
  struct us_jack *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->library = library;
  self->channels = g->channels;
  self->input_channels = g->input_channels;
  self->ports_changed = self->connections_changed = 1;
  self->door = us_device_create(shared_memory);
  self->output = calloc((size_t)US_JACK_PIECE_FRAMES * self->channels, sizeof(float));
  self->input = self->input_channels ? calloc((size_t)US_JACK_PIECE_FRAMES * self->input_channels, sizeof(float)) : NULL;
  if (self->door && self->output && (self->input || self->input_channels == 0)) return self;
  free_client(self);
  return NULL;
}

int us_jack_open(const struct us_jack_options *options, struct us_jack_opened *opened) {
  const struct us_jack_library *library = us_jack_load();
  if (!library) return us_jack_no_library;
  if (__atomic_load_n(&us_jack_dead_clients, __ATOMIC_SEQ_CST) > 0) return us_jack_not_closed;
  if (__atomic_exchange_n(&opening, 1, __ATOMIC_SEQ_CST)) return us_jack_hangs;
  struct job *job = calloc(1, sizeof *job);
  struct us_jack *self = job ? create(library, options->shared_memory) : NULL;
  if (!self) {
    free(job);
    __atomic_store_n(&opening, 0, __ATOMIC_SEQ_CST);
    return us_jack_no_memory;
  }
  job->self = self;
  job->work = open_client;
  job->late = close_late;
  job->options = (struct us_jack_options){
      .client_name = copied(options->client_name),
      .device = copied(options->device),
      .input_device = copied(options->input_device),
      .connections = copied(options->connections),
  };
  if (!run_within(job, options->timeout_ms)) return us_jack_hangs;
  int result = job->result;
  opened->client = self;
  opened->sample_rate_hz = job->sample_rate_hz;
  free_job(job);
  if (result != us_jack_ok) free_client(self);
  __atomic_store_n(&opening, 0, __ATOMIC_SEQ_CST);
  return result;
}

static void free_late(struct job *job) { free_client(job->self); }

int us_jack_close(void *client, uint32_t timeout_ms) {
  struct us_jack *self = client;
  us_device_set_open(self->door, 0);
  struct job *job = calloc(1, sizeof *job);
  if (!job) return 0;
  job->self = self;
  job->work = close_client;
  job->give_up = forget_death;
  job->late = free_late;
  if (!run_within(job, timeout_ms)) return 0;
  forget_death(job);
  free_client(self);
  free_job(job);
  return 1;
}

void *us_jack_door(void *client) { return ((struct us_jack *)client)->door; }

void us_jack_name(void *client, char *name, uint32_t bytes) {
  struct us_jack *self = client;
  const char *whole = self->library->get_client_name(self->client);
  snprintf(name, bytes, "%s", whole ? whole : "");
}

void us_jack_poll(void *client, struct us_jack_state *state) {
  struct us_jack *self = client;
  *state = (struct us_jack_state){
      .alive = __atomic_load_n(&self->alive, __ATOMIC_ACQUIRE),
      .period_frames = __atomic_load_n(&self->period_frames, __ATOMIC_ACQUIRE),
      .xruns = __atomic_load_n(&self->xruns, __ATOMIC_RELAXED),
      .ports_changed = __atomic_load_n(&self->ports_changed, __ATOMIC_ACQUIRE),
      .connections_changed = __atomic_load_n(&self->connections_changed, __ATOMIC_ACQUIRE),
  };
  if (!state->alive) return; /* memory that the server shared may be gone */
  struct us_jack_latency latency = {0, 0};
  self->library->port_get_latency_range(self->outputs[0], jack_playback_latency, &latency);
  state->latency_frames = latency.max;
}
