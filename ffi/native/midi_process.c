#define _GNU_SOURCE
#include "midi_process.h"

#include "monotonic.h"

int us_midi_process(uint32_t frames, void *input) {
  struct us_midi_input *self = input;
  const struct us_jack_library *calls = self->library;
  void *buffer = calls->port_get_buffer(self->port, frames);
  uint32_t count = buffer ? calls->midi_get_event_count(buffer) : 0;
  if (count == 0) return 0;
  uint64_t cycle_ns = us_monotonic_ns();
  uint32_t cycle_frame = calls->last_frame_time(self->client);
  uint32_t head = self->head, tail = __atomic_load_n(&self->tail, __ATOMIC_ACQUIRE);
  uint32_t lost = 0, ignored = 0;
  for (uint32_t index = 0; index < count; index++) {
    struct us_jack_midi_event event;
    if (calls->midi_event_get(&event, buffer, index) != 0 || event.size == 0) continue;
    uint8_t status = event.buffer[0];
    if (status < 0x80 || status >= 0xF0 || event.size > 3) {
      ignored++;
      continue;
    }
    if (head - tail == US_MIDI_EVENTS) {
      lost++;
      continue;
    }
    struct us_midi_event *entry = &self->events[head % US_MIDI_EVENTS];
    *entry = (struct us_midi_event){.cycle_ns = cycle_ns, .cycle_frame = cycle_frame, .offset = event.time};
    for (size_t byte = 0; byte < event.size; byte++) entry->bytes[byte] = event.buffer[byte];
    head++;
  }
  __atomic_store_n(&self->lost, self->lost + lost, __ATOMIC_RELAXED);
  __atomic_store_n(&self->ignored, self->ignored + ignored, __ATOMIC_RELAXED);
  __atomic_store_n(&self->head, head, __ATOMIC_RELEASE);
  return 0;
}
