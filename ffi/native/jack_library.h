/* libjack, opened when it is asked for and never linked; the same functions in JACK 1, JACK 2 and PipeWire. */
#ifndef UNDERSTUDY_JACK_LIBRARY_H
#define UNDERSTUDY_JACK_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

/* Values of jack/types.h and jack/jack.h. */
enum {
  jack_no_start_server = 0x01,
  jack_use_exact_name = 0x02,
  jack_server_name = 0x04,
  jack_port_is_input = 0x1,
  jack_port_is_output = 0x2,
  jack_port_is_physical = 0x4,
  jack_port_is_terminal = 0x10,
  jack_capture_latency = 0,
  jack_playback_latency = 1,
};
#define JACK_AUDIO_TYPE "32 bit float mono audio"
#define JACK_MIDI_TYPE "8 bit raw midi"

/* jack_latency_range_t */
struct us_jack_latency {
  uint32_t min, max;
};

/* jack_midi_event_t */
struct us_jack_midi_event {
  uint32_t time;
  size_t size;
  unsigned char *buffer;
};

struct us_jack_library {
  void *(*client_open)(const char *, int, int *, ...);
  int (*client_close)(void *);
  const char *(*get_client_name)(void *);
  void *(*port_register)(void *, const char *, const char *, unsigned long, unsigned long);
  int (*set_process_callback)(void *, int (*)(uint32_t, void *), void *);
  int (*set_buffer_size_callback)(void *, int (*)(uint32_t, void *), void *);
  int (*set_xrun_callback)(void *, int (*)(void *), void *);
  int (*set_port_registration_callback)(void *, void (*)(uint32_t, int, void *), void *);
  int (*set_port_connect_callback)(void *, void (*)(uint32_t, uint32_t, int, void *), void *);
  void (*on_shutdown)(void *, void (*)(void *), void *);
  int (*activate)(void *);
  uint32_t (*get_sample_rate)(void *);
  uint32_t (*get_buffer_size)(void *);
  void *(*port_get_buffer)(void *, uint32_t);
  void (*port_get_latency_range)(void *, int, struct us_jack_latency *);
  int (*port_connected)(const void *);
  int (*port_connected_to)(const void *, const char *);
  const char *(*port_name)(const void *);
  const char **(*port_get_connections)(const void *);
  void *(*port_by_name)(void *, const char *);
  const char **(*get_ports)(void *, const char *, const char *, unsigned long);
  int (*connect)(void *, const char *, const char *);
  void (*free)(void *);
  void (*set_error_function)(void (*)(const char *));
  void (*set_info_function)(void (*)(const char *));
  uint32_t (*midi_get_event_count)(void *);
  int (*midi_event_get)(struct us_jack_midi_event *, void *, uint32_t);
  uint32_t (*last_frame_time)(const void *);
};

/* The library; NULL where it is not installed. It stays open, because threads of a library that has been used may still run. Any thread. */
const struct us_jack_library *us_jack_load(void);

/*
 * Clients of this process whose server has ended and that are not closed yet. libjack shares memory between the clients of a
 * process, so none may be opened before all of these are closed. Any thread.
 */
extern uint32_t us_jack_dead_clients;

#endif
