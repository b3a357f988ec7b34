"""Time-limited TURN credentials (a user name that begins with its time of expiry) and single requests with aioice."""
import asyncio
import base64
import hashlib
import hmac
import time

from aioice import stun, turn
from aioice.stun import Class, Method


def credentials(name, seconds, secret="secret"):
    user = f"{int(time.time()) + seconds}" + (f":{name}" if name else "")
    return user, base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()


async def allocate(port, user, password, lifetime=600):
    """Gives the allocation back, or the error code of the refusal. Nothing refreshes it by itself."""
    server = ("127.0.0.1", port)
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: turn.TurnClientUdpProtocol(server, user, password, lifetime, 500), remote_addr=server
    )
    try:
        await protocol.connect()
    except stun.TransactionFailed as error:
        transport.close()
        return error.response.attributes["ERROR-CODE"][0]
    protocol.refresh_task.cancel()
    return protocol


async def request(allocation, method, **attributes):
    """Gives the response back, or the error code of the refusal."""
    message = stun.Message(message_method=method, message_class=Class.REQUEST)
    for name, value in attributes.items():
        message.attributes[name.replace("_", "-")] = value
    try:
        response, _ = await allocation.request_with_retry(message)
    except stun.TransactionFailed as error:
        return error.response.attributes["ERROR-CODE"][0]
    return response


async def refresh(allocation, lifetime):
    """Gives the granted lifetime back, or the error code of the refusal."""
    response = await request(allocation, Method.REFRESH, LIFETIME=lifetime)
    return response if isinstance(response, int) else response.attributes["LIFETIME"]


async def listening(port):
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            return writer.close()
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError(f"Nothing listens on port {port}.")
