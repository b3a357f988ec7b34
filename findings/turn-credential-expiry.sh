#!/usr/bin/env bash
# What: what happens to a TURN allocation when its time-limited credential (`use-auth-secret`) expires.
# Versions: coturn 4.6.1 (Debian 12), aioice 0.13.0, Python 3.11. Seen: 2026-11-28.
# Guess: the expired credential is refused with 401 everywhere, so that a call ends at the next refresh, ten minutes later at most.
# Seen: only a new Allocate is refused with 401. Refresh and ChannelBind towards new peers succeed on the running allocation, also
#   with a new nonce, so that it goes on without end.
# Why it matters: the credential's lifetime need not cover the length of a call, only the time until the client has allocated: short ones
#   are fine. It cannot end a call either. But an ICE restart allocates anew: a page that stays open longer needs fresh credentials
#   (`setConfiguration`) before it.
. "$(dirname "$0")/lib/setup.sh"
need turnserver coturn
pip_packages aioice==0.13.0
echo "coturn $(turnserver --version | tail -n 1)"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
turnserver -n --listening-ip=127.0.0.1 --relay-ip=127.0.0.1 --listening-port="$port" --use-auth-secret --static-auth-secret=secret \
  --realm=test --no-tls --no-dtls --no-cli --allow-loopback-peers --log-file=stdout --pidfile="$work/coturn.pid" >/dev/null 2>&1 &
children+=($!)
PYTHONPATH=$work/lib PYTHONDONTWRITEBYTECODE=1 "$python" - "$port" <<'PYTHON'
import asyncio, sys
from turn import Method, allocate, credentials, listening, refresh, request

async def main():
    port = int(sys.argv[1])
    await listening(port)
    credential = credentials("ann", 3)
    allocation = await allocate(port, *credential)
    await asyncio.sleep(5)
    again = await allocate(port, *credential)
    channel = await request(allocation, Method.CHANNEL_BIND, CHANNEL_NUMBER=0x4000, XOR_PEER_ADDRESS=("127.0.0.1", 50000))
    seen = {"allocate": again, "refresh": await refresh(allocation, 600), "channel": channel if isinstance(channel, int) else "bound"}
    allocation.nonce = b"0123456789abcdef"
    seen["refresh with a new nonce"] = await refresh(allocation, 600)
    print("two seconds after the expiry:", seen)
    assert seen == {"allocate": 401, "refresh": 600, "channel": "bound", "refresh with a new nonce": 600}

asyncio.run(main())
PYTHON
