#!/usr/bin/env bash
# What: which secret counts if `static-auth-secret` is given to coturn more than once.
# Versions: coturn 4.6.1 (Debian 12), aioice 0.13.0, Python 3.11. Seen: 2026-11-28.
# Guess: as with most options the last one wins.
# Seen: each of them is valid, in the configuration file and on the command line; only a third, unknown secret is refused.
# Why it matters: a secret can be changed without refusing anybody: add the new one to coturn, let the signaling server sign with
#   it, and remove the old one when the last credentials have expired. And a line that was left in the file still opens the relay.
. "$(dirname "$0")/lib/setup.sh"
need turnserver coturn
pip_packages aioice==0.13.0
echo "coturn $(turnserver --version | tail -n 1)"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'use-auth-secret\nstatic-auth-secret=first\nstatic-auth-secret=second\nrealm=test\nno-tls\nno-dtls\nno-cli\n' >"$work/turnserver.conf"

# accepted SECRET...: starts coturn with these further secrets, and tries each.
accepted() {
  turnserver -c "$work/turnserver.conf" --listening-ip=127.0.0.1 --relay-ip=127.0.0.1 --listening-port="$port" "$@" \
    --log-file=stdout --pidfile="$work/coturn.pid" >/dev/null 2>&1 &
  children=($!)
  PYTHONPATH=$work/lib PYTHONDONTWRITEBYTECODE=1 "$python" - "$port" <<'PYTHON'
import asyncio, sys
from turn import allocate, credentials, listening

async def main():
    port = int(sys.argv[1])
    await listening(port)
    for secret in ("first", "second", "third"):
        result = await allocate(port, *credentials("ann", 60, secret))
        print(secret, result if isinstance(result, int) else "accepted", end="; ")

asyncio.run(main())
PYTHON
  kill "${children[0]}"
  wait "${children[0]}" 2>/dev/null || true
  children=()
}
file=$(accepted)
both=$(accepted --static-auth-secret=third)
echo "two secrets in the file: $file"
echo "and one on the command line: $both"
[ "$file" = "first accepted; second accepted; third 401; " ] && [ "$both" = "first accepted; second accepted; third accepted; " ]
