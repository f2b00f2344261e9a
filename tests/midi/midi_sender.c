/*
 * A JACK client that plays MIDI at exact frames, for tests: reads lines "FRAME BYTE ..." (decimal) from its input, connects
 * its port `out` to the port that is named, plays all of them relative to one cycle, prints for each the server's frame at
 * which it went out (a server that is held up skips cycles), and ends a moment after the last.
 *
 *     midi_sender CLIENT [DESTINATION]
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As jack/jack.h and jack/midiport.h declare them; the headers are not needed. */
void *jack_client_open(const char *, int, int *, ...);
int jack_client_close(void *);
void *jack_port_register(void *, const char *, const char *, unsigned long, unsigned long);
int jack_set_process_callback(void *, int (*)(uint32_t, void *), void *);
void jack_on_shutdown(void *, void (*)(void *), void *);
int jack_activate(void *);
int jack_connect(void *, const char *, const char *);
const char *jack_port_name(const void *);
int jack_port_connected(const void *);
uint32_t jack_last_frame_time(const void *);
void *jack_port_get_buffer(void *, uint32_t);
void jack_midi_clear_buffer(void *);
int jack_midi_event_write(void *, uint32_t, const uint8_t *, size_t);

enum { most = 65536 };

static struct {
  uint32_t frame;
  uint32_t size;
  uint8_t bytes[8];
  uint32_t sent;
} events[most];

static uint32_t count, next, now, playing, refused;
static void *client, *port;

static int process(uint32_t frames, void *argument) {
  (void)argument;
  void *buffer = jack_port_get_buffer(port, frames);
  jack_midi_clear_buffer(buffer);
  if (!__atomic_load_n(&playing, __ATOMIC_ACQUIRE)) return 0;
  uint32_t at = next;
  for (; at < count && events[at].frame < now + frames; at++) {
    if (jack_midi_event_write(buffer, events[at].frame - now, events[at].bytes, events[at].size) != 0) refused++;
    events[at].sent = jack_last_frame_time(client) + events[at].frame - now;
  }
  now += frames;
  __atomic_store_n(&next, at, __ATOMIC_RELEASE);
  return 0;
}

static void shut_down(void *argument) {
  (void)argument;
  _exit(8);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  char line[256];
  while (count < most && fgets(line, sizeof line, stdin)) {
    char *text = line;
    events[count].frame = (uint32_t)strtoul(text, &text, 10);
    for (char *end; events[count].size < sizeof events[count].bytes; text = end) {
      unsigned long byte = strtoul(text, &end, 10);
      if (end == text) break;
      events[count].bytes[events[count].size++] = (uint8_t)byte;
    }
    count++;
  }
  client = jack_client_open(argv[1], 1, NULL);
  if (!client) return 3;
  jack_on_shutdown(client, shut_down, NULL);
  port = jack_port_register(client, "out", "8 bit raw midi", 2, 0);
  if (!port || jack_set_process_callback(client, process, NULL) != 0 || jack_activate(client) != 0) return 4;
  if (argc > 2 && jack_connect(client, jack_port_name(port), argv[2]) != 0) return 5;
  for (int waits = 0; jack_port_connected(port) == 0; waits++) {
    if (waits > 1000) return 6;
    usleep(10000);
  }
  usleep(300000); /* the other side has seen the cable */
  __atomic_store_n(&playing, 1, __ATOMIC_RELEASE);
  while (__atomic_load_n(&next, __ATOMIC_ACQUIRE) < count) usleep(5000);
  usleep(100000);
  jack_client_close(client);
  for (uint32_t index = 0; index < count; index++) printf("%u\n", events[index].sent);
  return refused ? 7 : 0;
}
