#define _GNU_SOURCE
#include "midi_process.h"

#include <dlfcn.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Values of jack/types.h. */
enum { jack_no_start_server = 1, jack_port_is_input = 1, jack_port_is_output = 2 };
#define JACK_MIDI_TYPE "8 bit raw midi"

/* clang-format off */
static struct {
  void *(*client_open)(const char *, int, int *, ...);
  int (*client_close)(void *);
  void *(*port_register)(void *, const char *, const char *, unsigned long, unsigned long);
  int (*set_process_callback)(void *, int (*)(uint32_t, void *), void *);
  void (*on_shutdown)(void *, void (*)(void *), void *);
  int (*set_port_registration_callback)(void *, void (*)(uint32_t, int, void *), void *);
  int (*activate)(void *);
  uint32_t (*get_sample_rate)(void *);
  uint32_t (*get_buffer_size)(void *);
  int (*port_connected)(const void *);
  int (*port_connected_to)(const void *, const char *);
  const char *(*port_name)(const void *);
  const char **(*get_ports)(void *, const char *, const char *, unsigned long);
  int (*connect)(void *, const char *, const char *);
  void (*free)(void *);
  struct us_midi_calls calls;
} jack;

static const struct { const char *name; void *target; } symbols[] = {
  {"jack_client_open", &jack.client_open},
  {"jack_client_close", &jack.client_close},
  {"jack_port_register", &jack.port_register},
  {"jack_set_process_callback", &jack.set_process_callback},
  {"jack_on_shutdown", &jack.on_shutdown},
  {"jack_set_port_registration_callback", &jack.set_port_registration_callback},
  {"jack_activate", &jack.activate},
  {"jack_port_get_buffer", &jack.calls.port_get_buffer},
  {"jack_midi_get_event_count", &jack.calls.midi_get_event_count},
  {"jack_midi_event_get", &jack.calls.midi_event_get},
  {"jack_last_frame_time", &jack.calls.last_frame_time},
  {"jack_get_sample_rate", &jack.get_sample_rate},
  {"jack_get_buffer_size", &jack.get_buffer_size},
  {"jack_port_connected", &jack.port_connected},
  {"jack_port_connected_to", &jack.port_connected_to},
  {"jack_port_name", &jack.port_name},
  {"jack_get_ports", &jack.get_ports},
  {"jack_connect", &jack.connect},
  {"jack_free", &jack.free},
};
/* clang-format on */

/* Opened once and kept: threads of a library that has been used may still run. */
static int open_library(void) {
  static int opened;
  if (opened) return 1;
  void *library = dlopen("libjack.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return 0;
  for (size_t index = 0; index < sizeof symbols / sizeof *symbols; index++) {
    void *address = dlsym(library, symbols[index].name);
    if (!address) return 0;
    memcpy(symbols[index].target, &address, sizeof address);
  }
  return opened = 1;
}

static void shut_down(void *argument) {
  __atomic_store_n(&((struct us_midi_input *)argument)->alive, 0, __ATOMIC_RELEASE);
}

static void ports_changed(uint32_t port, int registered, void *argument) {
  (void)port, (void)registered;
  __atomic_store_n(&((struct us_midi_input *)argument)->ports_changed, 1, __ATOMIC_RELEASE);
}

int us_midi_open(const char *client_name, const char *port_name, void **input) {
  if (!open_library()) return us_midi_no_library;
  struct us_midi_input *self = aligned_alloc(64, sizeof *self);
  if (!self) return us_midi_no_memory;
  memset(self, 0, sizeof *self);
  self->calls = &jack.calls;
  self->alive = self->ports_changed = 1;
  self->client = jack.client_open(client_name, jack_no_start_server, NULL);
  if (!self->client) {
    free(self);
    return us_midi_no_server;
  }
  self->port = jack.port_register(self->client, port_name, JACK_MIDI_TYPE, jack_port_is_input, 0);
  jack.on_shutdown(self->client, shut_down, self);
  if (!self->port || jack.set_process_callback(self->client, us_midi_process, self) != 0 ||
      jack.set_port_registration_callback(self->client, ports_changed, self) != 0 ||
      jack.activate(self->client) != 0) {
    us_midi_close(self);
    return us_midi_no_port;
  }
  *input = self;
  return us_midi_ok;
}

int us_midi_close(void *input) {
  struct us_midi_input *self = input;
  int result = jack.client_close(self->client);
  free(self);
  return result;
}

void us_midi_name(void *input, char *name, uint32_t bytes) {
  const char *whole = jack.port_name(((struct us_midi_input *)input)->port);
  size_t length = whole ? strnlen(whole, bytes - 1) : 0;
  if (length > 0) memcpy(name, whole, length);
  name[length] = 0;
}

uint32_t us_midi_drain(void *input, struct us_midi_event *events, uint32_t most) {
  struct us_midi_input *self = input;
  uint32_t tail = self->tail, count = 0;
  uint32_t head = __atomic_load_n(&self->head, __ATOMIC_ACQUIRE);
  for (; tail != head && count < most; tail++) events[count++] = self->events[tail % US_MIDI_EVENTS];
  __atomic_store_n(&self->tail, tail, __ATOMIC_RELEASE);
  return count;
}

void us_midi_poll(void *input, struct us_midi_state *state) {
  struct us_midi_input *self = input;
  *state = (struct us_midi_state){
      .alive = __atomic_load_n(&self->alive, __ATOMIC_ACQUIRE),
      .ports_changed = __atomic_load_n(&self->ports_changed, __ATOMIC_ACQUIRE),
      .lost = __atomic_load_n(&self->lost, __ATOMIC_RELAXED),
      .ignored = __atomic_load_n(&self->ignored, __ATOMIC_RELAXED),
  };
  if (!state->alive) return; /* memory that the server shared may be gone */
  state->connections = (uint32_t)jack.port_connected(self->port);
  state->sample_rate_hz = jack.get_sample_rate(self->client);
  state->period_frames = jack.get_buffer_size(self->client);
}

int us_midi_connect(void *input, const char *pattern) {
  struct us_midi_input *self = input;
  __atomic_store_n(&self->ports_changed, 0, __ATOMIC_RELEASE);
  const char **names = jack.get_ports(self->client, pattern, JACK_MIDI_TYPE, jack_port_is_output);
  int connected = 0;
  for (const char **name = names; name && *name; name++) {
    if (jack.port_connected_to(self->port, *name)) continue;
    if (jack.connect(self->client, *name, jack.port_name(self->port)) == 0) connected++;
  }
  if (names) jack.free(names);
  return connected;
}

int us_midi_ports(void *input, char *names, uint32_t bytes) {
  struct us_midi_input *self = input;
  const char **ports = jack.get_ports(self->client, NULL, JACK_MIDI_TYPE, jack_port_is_output);
  uint32_t at = 0;
  int count = 0;
  for (const char **port = ports; port && *port; port++, count++) {
    size_t length = strlen(*port);
    if (at + length + 1 >= bytes) break;
    memcpy(names + at, *port, length);
    names[at + length] = '\n';
    at += (uint32_t)length + 1;
  }
  names[at] = 0;
  if (ports) jack.free(ports);
  return count;
}

int us_midi_is_pattern(const char *pattern) {
  regex_t compiled;
  if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0) return 0;
  regfree(&compiled);
  return 1;
}
