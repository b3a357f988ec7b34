#!/usr/bin/env bash
# What: what coturn's `user-quota` counts when credentials are time-limited (`use-auth-secret`, user name `expiry:name`).
# Versions: coturn 4.6.1 (Debian 12), aioice 0.13.0, Python 3.11. Seen: 2026-11-28.
# Guess: the quota counts allocations by user name, so that each fresh credential has a quota of its own. A client can keep below it by
#   asking for a short lifetime, and a Refresh with lifetime 0 makes room at once.
# Seen: the quota counts by the part behind the colon: fresh credentials of one name share a quota (486 when it is full). A user name
#   that is only a time is a name of its own. Of lifetimes from 1 to 600 seconds each is raised to 600. After a Refresh
#   with lifetime 0 the place stays taken for about a second.
# Why it matters: a signaling server that gives all clients the same name behind the colon lets them all share one quota, and one that gives only
#   the time has no quota that holds over time. Who calls again at once can still get 486 from the call before.
. "$(dirname "$0")/lib/setup.sh"
need turnserver coturn
pip_packages aioice==0.13.0
echo "coturn $(turnserver --version | tail -n 1)"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
turnserver -n --listening-ip=127.0.0.1 --relay-ip=127.0.0.1 --listening-port="$port" --use-auth-secret --static-auth-secret=secret \
  --realm=test --user-quota=2 --no-tls --no-dtls --no-cli --log-file=stdout --pidfile="$work/coturn.pid" >/dev/null 2>&1 &
children+=($!)
PYTHONPATH=$work/lib PYTHONDONTWRITEBYTECODE=1 "$python" - "$port" <<'PYTHON'
import asyncio, sys, time
from turn import allocate, credentials, listening, refresh

async def main():
    port = int(sys.argv[1])
    await listening(port)

    async def outcomes(names):
        results = [await allocate(port, *credentials(name, 100 + index)) for index, name in enumerate(names)]
        return [result if isinstance(result, int) else "ok" for result in results]

    seen = {
        "fresh credentials, one name": await outcomes(["ann"] * 3),
        "fresh credentials, a name each": await outcomes(["ben", "cleo", "dan"]),
        "fresh credentials, no name": await outcomes([""] * 3),
    }
    print("with a quota of 2:", seen)

    granted = {}
    for asked in (1, 60, 600, 900):
        allocation = await allocate(port, *credentials(f"asks-for-{asked}", 100), asked)
        granted[asked] = await refresh(allocation, asked)
    print("lifetime asked for and granted:", granted)

    first, _ = [await allocate(port, *credentials("eve", 100 + index)) for index in range(2)]
    assert await refresh(first, 0) == 0
    start = time.monotonic()
    at_once = again = await allocate(port, *credentials("eve", 200))
    while isinstance(again, int) and time.monotonic() - start < 30:
        await asyncio.sleep(0.1)
        again = await allocate(port, *credentials("eve", 200))
    waited = time.monotonic() - start
    print(f"after lifetime 0: at once {at_once}, again free after {waited:.1f} s")

    assert list(seen.values()) == [["ok", "ok", 486], ["ok"] * 3, ["ok"] * 3]
    assert granted == {1: 600, 60: 600, 600: 600, 900: 900}
    assert at_once == 486 and 0.2 < waited < 10

asyncio.run(main())
PYTHON
