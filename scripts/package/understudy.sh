#!/bin/sh
# Starts the program with the Deno that came with this package.
set -eu
root=$(dirname "$(readlink -f "$0")")

fail() {
  echo "understudy: $1" >&2
  exit 4
}

cache=${UNDERSTUDY_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}}
[ -n "$cache" ] || fail "this user has no home folder: set UNDERSTUDY_CACHE_DIR to a folder of its own"
[ -n "${UNDERSTUDY_CACHE_DIR:-}" ] || cache=$cache/understudy
# packages come with this package, so nothing is downloaded; those of other versions stay for an engine that plays with them
DENO_DIR=$cache/deno
if ! cmp -s "$root/play.lock" "$DENO_DIR/play.lock"; then
  (
    umask 077 &&
      mkdir -p "$DENO_DIR/npm" &&
      exec 9>"$DENO_DIR/copying" &&
      flock 9 &&
      cp -r "$root/packages/." "$DENO_DIR/npm/" &&
      cp "$root/play.lock" "$DENO_DIR/play.lock"
  ) || fail "cannot write to $cache: set UNDERSTUDY_CACHE_DIR to a folder that can be written to"
fi
export DENO_DIR
export DENO_NO_UPDATE_CHECK=1
export _UNDERSTUDY_COMMAND=understudy
export _UNDERSTUDY_PROGRAM="$(readlink -f "$0")"
exec "$root/deno" run --config="$root/deno.json" \
  --allow-env --allow-ffi --allow-read --allow-write --allow-run --allow-net --allow-sys "$root/main.ts" "$@"
