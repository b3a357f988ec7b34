#!/usr/bin/env bash
# What: how far `XADD key MAXLEN ~ n` of Redis overshoots when the entries are as large as session descriptions.
# Version: redis-server 7.0.15 (Debian 12) with its default configuration. Seen: 2026-11-28.
# Guess: trimming works on whole nodes of 100 entries (`stream-node-max-entries`), so `~ 120` keeps up to about 220 entries, whatever
#   their size.
# Seen: a node is also full at 4096 bytes (`stream-node-max-bytes`). For entries of 1 KB a node holds 3 or 4, so that the
#   "approximate" bound is kept to within a few entries; for entries of 5 KB it is exact. Only small entries overshoot by a node of 100.
# Why it matters: who keeps a log of signaling messages can size it by MAXLEN ~ almost exactly, and must not count on the
#   overshoot as a reserve for a reader that comes back late.
. "$(dirname "$0")/lib/setup.sh"
need redis-server redis-server
redis-server --version
redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" >/dev/null &
children+=($!)
redis() { redis-cli -s "$work/redis.sock" "$@"; }
for _ in $(seq 100); do redis ping >/dev/null 2>&1 && break; sleep 0.1; done

# longest SIZE: the greatest length that the stream has while 600 entries of that size are added.
longest() {
  local text
  text=$(head -c "$1" /dev/zero | tr '\0' x)
  for _ in $(seq 600); do echo "XADD s:$1 MAXLEN ~ 120 * d $text"; echo "XLEN s:$1"; done | redis | grep -E '^[0-9]+$' | sort -n | tail -n 1
}
small=$(longest 10) kilobyte=$(longest 1000) description=$(longest 5000)
echo "greatest length with MAXLEN ~ 120: $small entries of 10 bytes, $kilobyte of 1000 bytes, $description of 5000 bytes"
[ "$small" -ge 199 ] && [ "$kilobyte" -le 124 ] && [ "$description" -eq 120 ]
