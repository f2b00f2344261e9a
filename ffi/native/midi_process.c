#define _GNU_SOURCE
#include "midi_process.h"

#include "monotonic.h"

/* One call of the process callback. */
struct intake {
  uint64_t cycle_ns;
  uint32_t cycle_frame, offset; /* of the message that is taken in */
  uint32_t head, tail, lost, ignored;
};

static void put(struct us_midi_input *self, struct intake *now, uint8_t status, uint8_t first, uint8_t second) {
  if (now->head - now->tail == US_MIDI_EVENTS) {
    now->lost++;
    return;
  }
  self->events[now->head++ % US_MIDI_EVENTS] = (struct us_midi_event){
      .cycle_ns = now->cycle_ns,
      .cycle_frame = now->cycle_frame,
      .offset = now->offset,
      .bytes = {status, first, second, 0},
  };
}

/* System exclusive and common: data follow, and running status ends. */
static void take_system(struct us_midi_input *self, struct intake *now, uint8_t byte) {
  int was_exclusive = self->system == us_midi_exclusive;
  if (byte == 0xF7 && was_exclusive) put(self, now, 0xF0, 0xF7, 0);
  else if (byte != 0xF7 && byte != 0xF0 && byte != 0xF1) now->ignored++;
  else if (byte == 0xF7 && self->system == us_midi_exclusive_begun) now->ignored++;
  self->system = byte == 0xF0 ? us_midi_exclusive_begun : byte == 0xF1 ? us_midi_quarter_frame : us_midi_no_system;
  self->status = self->data_count = 0;
}

/* A data byte behind a system status. Only universal real-time messages are of use, and only short ones. */
static void take_system_data(struct us_midi_input *self, struct intake *now, uint8_t byte) {
  switch (self->system) {
    case us_midi_quarter_frame:
      put(self, now, 0xF1, byte, 0);
      self->system = us_midi_no_system;
      return;
    case us_midi_exclusive_begun:
      if (byte != 0x7F) {
        now->ignored++;
        self->system = us_midi_no_system;
        return;
      }
      put(self, now, 0xF0, 0xF0, 0);
      put(self, now, 0xF0, byte, 0);
      self->system = us_midi_exclusive;
      self->data_count = 2;
      return;
    default:
      put(self, now, 0xF0, byte, 0);
      if (++self->data_count < US_MIDI_EXCLUSIVE_BYTES) return;
      self->system = us_midi_no_system;
      self->data_count = 0;
      now->ignored++;
  }
}

/*
 * Takes in one byte of the cable. Most servers hand over whole messages, but a bridge may pass on the stream as it is: with
 * running status, several messages at once, real-time bytes inside of others.
 */
static void take_byte(struct us_midi_input *self, struct intake *now, uint8_t byte) {
  if (byte >= 0xF8) { /* real time: may stand anywhere and changes nothing */
    now->ignored++;
    return;
  }
  if (byte >= 0xF0) return take_system(self, now, byte);
  if (byte >= 0x80) {
    self->system = us_midi_no_system;
    self->status = byte;
    self->data_count = 0;
    return;
  }
  if (self->system != us_midi_no_system) return take_system_data(self, now, byte);
  if (self->status == 0) return;
  self->data[self->data_count++] = byte;
  uint8_t kind = self->status & 0xF0;
  uint8_t wanted = kind == 0xC0 || kind == 0xD0 ? 1 : 2;
  if (self->data_count < wanted) return;
  self->data_count = 0;
  if (wanted == 1) self->data[1] = 0;
  put(self, now, self->status, self->data[0], self->data[1]);
}

int us_midi_process(uint32_t frames, void *input) {
  struct us_midi_input *self = input;
  const struct us_jack_library *calls = self->library;
  void *buffer = calls->port_get_buffer(self->port, frames);
  uint32_t count = buffer ? calls->midi_get_event_count(buffer) : 0;
  if (count == 0) return 0;
  struct intake now = {
      .cycle_ns = us_monotonic_ns(),
      .cycle_frame = calls->last_frame_time(self->client),
      .head = self->head,
      .tail = __atomic_load_n(&self->tail, __ATOMIC_ACQUIRE),
  };
  for (uint32_t index = 0; index < count; index++) {
    struct us_jack_midi_event event;
    if (calls->midi_event_get(&event, buffer, index) != 0 || event.size == 0) continue;
    now.offset = event.time;
    for (size_t byte = 0; byte < event.size; byte++) take_byte(self, &now, event.buffer[byte]);
  }
  __atomic_store_n(&self->lost, self->lost + now.lost, __ATOMIC_RELAXED);
  __atomic_store_n(&self->ignored, self->ignored + now.ignored, __ATOMIC_RELAXED);
  __atomic_store_n(&self->head, now.head, __ATOMIC_RELEASE);
  return 0;
}
