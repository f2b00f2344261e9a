/** Symbols of the native part, each with its C declaration from `ffi/native/services.h`, `guard.h`, `datagrams.h`, `processes.h`, `run_folder.h`, `midi_input.h`, `device.h`, `jack.h`, `rtp_send.h`, `rtp_receive.h`, `media_clock.h` and `callback.h`. */
export const nativeSymbols = {
  /** `int us_callback(const void *, void *, unsigned long, const void *, unsigned long, void *)` */
  us_callback: { parameters: ["buffer", "buffer", "u64", "pointer", "u64", "pointer"], result: "i32" },
  /** `void *us_ignore_address(void)` */
  us_ignore_address: { parameters: [], result: "pointer" },
  /** `int us_thread_id(void)` */
  us_thread_id: { parameters: [], result: "i32" },
  /** `int us_prioritise_thread(int thread_id, int priority)` */
  us_prioritise_thread: { parameters: ["i32", "i32"], result: "i32" },
  /** `int us_check_layout(const void *shared_memory, uint64_t bytes)` */
  us_check_layout: { parameters: ["pointer", "u64"], result: "i32" },
  /** `int us_lock_memory(void *memory, uint64_t bytes)` */
  us_lock_memory: { parameters: ["pointer", "u64"], result: "i32" },
  /** `int us_send_datagram(const char *address, uint32_t address_bytes, const char *text, uint32_t text_bytes)` */
  us_send_datagram: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  /** `void us_read_clocks(uint64_t *pair)` */
  us_read_clocks: { parameters: ["buffer"], result: "void" },
  /** `uint64_t us_processor_ns(void)` */
  us_processor_ns: { parameters: [], result: "u64" },
  /** `uint32_t us_wait_consumed(void *shared_memory, uint32_t block, uint32_t max_ns)`; blocks as signed words, as Atomics have them */
  us_wait_consumed: { parameters: ["pointer", "i32", "u32"], result: "i32" },
  /** `int us_clock_start(void *shared_memory, uint32_t period_frames, int priority)` */
  us_clock_start: { parameters: ["pointer", "u32", "i32"], result: "i32" },
  /** `int us_clock_stop(void *shared_memory)`; waits for the thread, so it runs beside the isolate */
  us_clock_stop: { parameters: ["pointer"], result: "i32", nonblocking: true },
  /** `int us_lowest_nice(int wanted)` */
  us_lowest_nice: { parameters: ["i32"], result: "i32" },
  /** `int us_schedule_process_nice(int nice, int *before)` */
  us_schedule_process_nice: { parameters: ["i32", "buffer"], result: "i32" },
  /** `int us_schedule_behind(int thread_id)` */
  us_schedule_behind: { parameters: ["i32"], result: "i32" },
  /** `int us_schedule_session_nice(int nice, int *before)` */
  us_schedule_session_nice: { parameters: ["i32", "buffer"], result: "i32" },
  /** `int us_schedule_slice(int thread_id, uint64_t slice_ns)` */
  us_schedule_slice: { parameters: ["i32", "u64"], result: "i32" },
  /** `int us_highest_priority(int wanted)` */
  us_highest_priority: { parameters: ["i32"], result: "i32" },
  /** `void us_schedule_renderer(void *shared_memory, uint32_t seat)` */
  us_schedule_renderer: { parameters: ["pointer", "u32"], result: "void" },
  /** `int us_callback_priority(const void *shared_memory, int process)` */
  us_callback_priority: { parameters: ["pointer", "i32"], result: "i32" },
  /** `int us_watchdog_start(void *shared_memory)` */
  us_watchdog_start: { parameters: ["pointer"], result: "i32" },
  /** `int us_watchdog_stop(void *shared_memory)`; waits for the thread, so it runs beside the isolate */
  us_watchdog_stop: { parameters: ["pointer"], result: "i32", nonblocking: true },
  /** `void us_guard_set(const void *shared_memory, uint32_t closed)` */
  us_guard_set: { parameters: ["pointer", "u32"], result: "void" },
  /** `int us_map_file(const char *path, void *address, uint64_t bytes, uint32_t create)` */
  us_map_file: { parameters: ["buffer", "pointer", "u64", "u32"], result: "i32" },
  /** `uint32_t us_wait_word(const uint32_t *word, uint32_t expected, uint32_t max_ms)` */
  us_wait_word: { parameters: ["pointer", "u32", "u32"], result: "u32" },
  /** `void us_wake_word(const uint32_t *word)` */
  us_wake_word: { parameters: ["pointer"], result: "void" },
  /** `uint64_t us_process_start(int pid)` */
  us_process_start: { parameters: ["i32"], result: "u64" },
  /** `int us_process_open(int pid)` */
  us_process_open: { parameters: ["i32"], result: "i32" },
  /** `int us_process_ended(int descriptor)` */
  us_process_ended: { parameters: ["i32"], result: "i32" },
  /** `int us_process_signal(int descriptor, int signal)` */
  us_process_signal: { parameters: ["i32", "i32"], result: "i32" },
  /** `void us_process_close(int descriptor)` */
  us_process_close: { parameters: ["i32"], result: "void" },
  /** `int us_thread_exists(int thread_id)` */
  us_thread_exists: { parameters: ["i32"], result: "i32" },
  /** `int us_thread_time(int thread_id, uint64_t *account)` */
  us_thread_time: { parameters: ["i32", "buffer"], result: "i32" },
  /** `int us_run_create(const char *parent, char *path, uint32_t bytes)` */
  us_run_create: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  /** `int us_run_has_file(const char *path)` */
  us_run_has_file: { parameters: ["buffer"], result: "i32" },
  /** `void us_run_remove_file(const char *path)` */
  us_run_remove_file: { parameters: ["buffer"], result: "void" },
  /** `void us_run_remove(const char *path)` */
  us_run_remove: { parameters: ["buffer"], result: "void" },
  /** `uint32_t us_run_remove_dead(const char *parent)` */
  us_run_remove_dead: { parameters: ["buffer"], result: "u32" },
  /** `int us_end_when_orphan(const char *run_folder)` */
  us_end_when_orphan: { parameters: ["buffer"], result: "i32" },
  /** `int us_become_launcher(const char *stage, const char *run_folder, const char *main, const char *kept)`; returns only an errno */
  us_become_launcher: { parameters: ["buffer", "buffer", "buffer", "buffer"], result: "i32" },
  /** `void us_call_repeatedly(void *shared_memory, float *output, uint32_t frames, uint32_t calls)` */
  us_call_repeatedly: { parameters: ["pointer", "buffer", "u32", "u32"], result: "void" },
  /** `int us_datagrams_find(const char *address, uint32_t port)` */
  us_datagrams_find: { parameters: ["buffer", "u32"], result: "i32" },
  /** `int us_datagrams_buffer(int descriptor, int bytes)` */
  us_datagrams_buffer: { parameters: ["i32", "i32"], result: "i32" },
  /** `uint32_t us_datagrams_dropped(int descriptor)` */
  us_datagrams_dropped: { parameters: ["i32"], result: "u32" },
  /** `int us_datagrams_take(int descriptor, uint8_t *data, struct us_datagram *datagrams)` */
  us_datagrams_take: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /** `int us_datagrams_send(int, const uint8_t *bytes, uint32_t count, const uint8_t *receiver, uint32_t receiver_bytes)` */
  us_datagrams_send: { parameters: ["i32", "buffer", "u32", "buffer", "u32"], result: "i32" },
  /** `uint32_t us_datagrams_send_all(int, const uint8_t *data, struct us_datagram *datagrams, uint32_t count)` */
  us_datagrams_send_all: { parameters: ["i32", "buffer", "buffer", "u32"], result: "u32" },
  /** `uint32_t us_datagrams_receiver(int descriptor, const char *address, uint32_t port, uint8_t *receiver)` */
  us_datagrams_receiver: { parameters: ["i32", "buffer", "u32", "buffer"], result: "u32" },
  /** `int us_midi_open(const char *client_name, const char *port_name, void **input)`; waits for the server */
  us_midi_open: { parameters: ["buffer", "buffer", "buffer"], result: "i32", nonblocking: true },
  /** `int us_midi_close(void *input)`; waits for the server */
  us_midi_close: { parameters: ["pointer"], result: "i32", nonblocking: true },
  /** `void us_midi_name(void *input, char *name, uint32_t bytes)` */
  us_midi_name: { parameters: ["pointer", "buffer", "u32"], result: "void" },
  /** `uint32_t us_midi_drain(void *input, struct us_midi_event *events, uint32_t most)` */
  us_midi_drain: { parameters: ["pointer", "buffer", "u32"], result: "u32" },
  /** `void us_midi_poll(void *input, struct us_midi_state *state)` */
  us_midi_poll: { parameters: ["pointer", "buffer"], result: "void" },
  /** `int us_midi_connect(void *input, const char *pattern)`; asks the server */
  us_midi_connect: { parameters: ["pointer", "buffer"], result: "i32", nonblocking: true },
  /** `int us_midi_ports(void *input, char *names, uint32_t bytes)`; asks the server */
  us_midi_ports: { parameters: ["pointer", "buffer", "u32"], result: "i32", nonblocking: true },
  /** `void *us_device_create(void *shared_memory)` */
  us_device_create: { parameters: ["pointer"], result: "pointer" },
  /** `void *us_device_call_address(void)` */
  us_device_call_address: { parameters: [], result: "pointer" },
  /** `int us_device_set_open(void *device, uint32_t open)` */
  us_device_set_open: { parameters: ["pointer", "u32"], result: "i32" },
  /** `void us_device_poll(const void *device, struct us_device_state *state)` */
  us_device_poll: { parameters: ["pointer", "buffer"], result: "void" },
  /** `void us_device_free(void *device)` */
  us_device_free: { parameters: ["pointer"], result: "void" },
  /** `int us_jack_open(const struct us_jack_options *options, struct us_jack_opened *opened)`; waits for the server */
  us_jack_open: { parameters: ["buffer", "buffer"], result: "i32", nonblocking: true },
  /** `int us_jack_close(void *client, uint32_t timeout_ms)`; waits for the server */
  us_jack_close: { parameters: ["pointer", "u32"], result: "i32", nonblocking: true },
  /** `void *us_jack_door(void *client)` */
  us_jack_door: { parameters: ["pointer"], result: "pointer" },
  /** `void us_jack_name(void *client, char *name, uint32_t bytes)` */
  us_jack_name: { parameters: ["pointer", "buffer", "u32"], result: "void" },
  /** `void us_jack_poll(void *client, struct us_jack_state *state)` */
  us_jack_poll: { parameters: ["pointer", "buffer"], result: "void" },
  /** `int us_jack_connections(void *client, char *text, uint32_t bytes)`; asks the server */
  us_jack_connections: { parameters: ["pointer", "buffer", "u32"], result: "i32", nonblocking: true },
  /** `int us_jack_connect(void *client, const char *connections)`; asks the server */
  us_jack_connect: { parameters: ["pointer", "buffer"], result: "i32", nonblocking: true },
  /** `int us_jack_devices(void *client, char *names, uint32_t bytes)`; asks the server */
  us_jack_devices: { parameters: ["pointer", "buffer", "u32"], result: "i32", nonblocking: true },
  /** `int us_rtp_open(const struct us_rtp_options *options, void **sender)` */
  us_rtp_open: { parameters: ["buffer", "buffer"], result: "i32" },
  /** `void *us_rtp_door(void *sender)` */
  us_rtp_door: { parameters: ["pointer"], result: "pointer" },
  /** `void us_rtp_poll(void *sender, struct us_rtp_state *state)` */
  us_rtp_poll: { parameters: ["pointer", "buffer"], result: "void" },
  /** `int us_rtp_announce(void *, uint32_t leg, uint32_t address, uint32_t port, const void *bytes, uint32_t count)` */
  us_rtp_announce: { parameters: ["pointer", "u32", "u32", "u32", "buffer", "u32"], result: "i32" },
  /** `uint32_t us_rtp_source_address(void *sender, uint32_t leg, uint32_t address, uint32_t port)` */
  us_rtp_source_address: { parameters: ["pointer", "u32", "u32", "u32"], result: "u32" },
  /** `int us_receive_open(const struct us_receive_options *options, void **receiver)` */
  us_receive_open: { parameters: ["buffer", "buffer"], result: "i32" },
  /** `void us_receive_poll(void *receiver, struct us_receive_state *state)` */
  us_receive_poll: { parameters: ["pointer", "buffer"], result: "void" },
  /** `void us_receive_close(void *receiver)`; waits for the thread, so it runs beside the isolate */
  us_receive_close: { parameters: ["pointer"], result: "void", nonblocking: true },
  /** `void us_media_system_clock(int32_t *words)` */
  us_media_system_clock: { parameters: ["buffer"], result: "void" },
  /** `void us_rtp_close(void *sender)`; waits for the thread, so it runs beside the isolate */
  us_rtp_close: { parameters: ["pointer"], result: "void", nonblocking: true },
  /** `int us_midi_is_pattern(const char *pattern)` */
  us_midi_is_pattern: { parameters: ["buffer"], result: "i32" },
  /** `int us_claim_signals(void)` */
  us_claim_signals: { parameters: [], result: "i32" },
  /** `uint32_t us_signal_count(void)` */
  us_signal_count: { parameters: [], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

export type NativeLibrary = Deno.DynamicLibrary<typeof nativeSymbols>;
