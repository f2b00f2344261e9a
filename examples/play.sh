#!/bin/sh
# Plays a chord on the patch `keys` and opens its filter step by step. Needs oscsend (Debian: liblo-tools).
#
#     deno task start keys
#     examples/play.sh [HOST [PORT]]
set -eu
host=${1:-127.0.0.1}
port=${2:-57130}
send() { oscsend "$host" "$port" "$@"; }

send /keys/releaseSeconds f 0.8
for number in 48 55 64; do
  send /keys/note iif "$number" "$number" 0.8 # id, number, velocity
done
for cutoff in 500 1000 2000 4000; do
  send /keys/cutoffHz f "$cutoff"
  sleep 0.2
done
for number in 48 55 64; do
  send /keys/off i "$number"
done
