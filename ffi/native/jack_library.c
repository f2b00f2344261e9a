#define _GNU_SOURCE
#include "jack_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

uint32_t us_jack_dead_clients;

static struct us_jack_library jack;

#define NAME(function) {"jack_" #function, &jack.function}
static const struct {
  const char *name;
  void *target;
} symbols[] = {
    NAME(client_open),
    NAME(client_close),
    NAME(get_client_name),
    NAME(port_register),
    NAME(set_process_callback),
    NAME(set_buffer_size_callback),
    NAME(set_xrun_callback),
    NAME(set_port_registration_callback),
    NAME(set_port_connect_callback),
    NAME(on_shutdown),
    NAME(activate),
    NAME(get_sample_rate),
    NAME(get_buffer_size),
    NAME(port_get_buffer),
    NAME(port_get_latency_range),
    NAME(port_connected),
    NAME(port_connected_to),
    NAME(port_name),
    NAME(port_get_connections),
    NAME(port_by_name),
    NAME(get_ports),
    NAME(connect),
    NAME(free),
    NAME(set_error_function),
    NAME(set_info_function),
    NAME(midi_get_event_count),
    NAME(midi_event_get),
    NAME(last_frame_time),
};

static int complete;

/* What libjack prints by itself, many lines for each attempt, is known here as a value. */
static void ignore(const char *text) { (void)text; }

static void load(void) {
  void *library = dlopen("libjack.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  for (size_t index = 0; index < sizeof symbols / sizeof *symbols; index++) {
    void *address = dlsym(library, symbols[index].name);
    if (!address) return;
    memcpy(symbols[index].target, &address, sizeof address);
  }
  jack.set_error_function(ignore);
  jack.set_info_function(ignore);
  complete = 1;
}

const struct us_jack_library *us_jack_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return complete ? &jack : NULL;
}
