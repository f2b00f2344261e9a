#define _GNU_SOURCE
#include "midi_process.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

static void shut_down(void *argument) {
  struct us_midi_input *self = argument;
  if (__atomic_exchange_n(&self->alive, 0, __ATOMIC_SEQ_CST)) __atomic_fetch_add(&us_jack_dead_clients, 1, __ATOMIC_SEQ_CST);
}

static void ports_changed(uint32_t port, int registered, void *argument) {
  (void)port, (void)registered;
  __atomic_store_n(&((struct us_midi_input *)argument)->ports_changed, 1, __ATOMIC_RELEASE);
}

int us_midi_open(const char *client_name, const char *port_name, void **input) {
  const struct us_jack_library *jack = us_jack_load();
  if (!jack) return us_midi_no_library;
  if (__atomic_load_n(&us_jack_dead_clients, __ATOMIC_SEQ_CST) > 0) return us_midi_not_closed;
  struct us_midi_input *self = aligned_alloc(64, sizeof *self);
  if (!self) return us_midi_no_memory;
  memset(self, 0, sizeof *self);
  self->library = jack;
  self->alive = self->ports_changed = 1;
  self->client = jack->client_open(client_name, jack_no_start_server, NULL);
  if (!self->client) {
    free(self);
    return us_midi_no_server;
  }
  self->port = jack->port_register(self->client, port_name, JACK_MIDI_TYPE, jack_port_is_input, 0);
  jack->on_shutdown(self->client, shut_down, self);
  if (!self->port || jack->set_process_callback(self->client, us_midi_process, self) != 0 ||
      jack->set_port_registration_callback(self->client, ports_changed, self) != 0 ||
      jack->activate(self->client) != 0) {
    us_midi_close(self);
    return us_midi_no_port;
  }
  *input = self;
  return us_midi_ok;
}

int us_midi_close(void *input) {
  struct us_midi_input *self = input;
  int result = self->library->client_close(self->client);
  if (!__atomic_exchange_n(&self->alive, 0, __ATOMIC_SEQ_CST)) __atomic_fetch_sub(&us_jack_dead_clients, 1, __ATOMIC_SEQ_CST);
  free(self);
  return result;
}

void us_midi_name(void *input, char *name, uint32_t bytes) {
  const struct us_midi_input *self = input;
  const char *whole = self->library->port_name(self->port);
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
  state->connections = (uint32_t)self->library->port_connected(self->port);
  state->sample_rate_hz = self->library->get_sample_rate(self->client);
  state->period_frames = self->library->get_buffer_size(self->client);
}

int us_midi_connect(void *input, const char *pattern) {
  struct us_midi_input *self = input;
  __atomic_store_n(&self->ports_changed, 0, __ATOMIC_RELEASE);
  const char **names = self->library->get_ports(self->client, pattern, JACK_MIDI_TYPE, jack_port_is_output);
  int connected = 0;
  for (const char **name = names; name && *name; name++) {
    if (self->library->port_connected_to(self->port, *name)) continue;
    if (self->library->connect(self->client, *name, self->library->port_name(self->port)) == 0) connected++;
  }
  if (names) self->library->free(names);
  return connected;
}

int us_midi_ports(void *input, char *names, uint32_t bytes) {
  struct us_midi_input *self = input;
  const char **ports = self->library->get_ports(self->client, NULL, JACK_MIDI_TYPE, jack_port_is_output);
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
  if (ports) self->library->free(ports);
  return count;
}

int us_midi_is_pattern(const char *pattern) {
  regex_t compiled;
  if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0) return 0;
  regfree(&compiled);
  return 1;
}
