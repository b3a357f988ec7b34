// What is known to differ from the official server and shall not: the work that is left. The list
// must shrink. An entry that no longer differs fails the comparison, and is to be taken off; with
// `sometimes` it depends on a race.

export const KNOWN = [
  // Replies do not say that they must not be kept (cache-control: no-store).
  {
    things: ['reply cache-control'],
    handshake: [
      'GET',
      'GET over HTTP/1.0',
      'GET with b64',
      'GET with a time stamp',
      'GET with cookies',
      'GET that takes compressed replies',
      'GET with parameters in another order',
      'GET for JSONP',
    ],
    polling: [
      'POST of CONNECT',
      'POST of a pong',
      'POST of a ping',
      'POST of a probe',
      'POST of an upgrade packet',
      'POST of a noop',
      'POST of an open packet',
      'POST of nothing',
      'POST of a packet and a separator',
      'POST of binary that is no base64',
      'POST of binary that nobody waits for',
      'POST of an event before CONNECT',
      'POST of a packet that cannot be read',
      'POST of an event after CONNECT',
      'POST of an event that nobody knows after CONNECT',
      'POST of an event with an object for an array after CONNECT',
      'POST of an event with broken JSON after CONNECT',
      'POST of an event without a name after CONNECT',
      'POST of an acknowledgement that nobody waits for after CONNECT',
      'POST of binary without a head after CONNECT',
      'POST of a text where binary should come after CONNECT',
      'POST with type application/json',
      'POST with type application/x-www-form-urlencoded',
      'POST with type text/plain;charset=utf-16',
      'POST of as much as there may be',
      'a poll that waits gets an answer',
      'DISCONNECT',
    ],
    ends: [
      'the first ping by polling',
      'no pong by polling',
      'no CONNECT by polling',
      'the server stops: a poll waits',
    ],
  },
  {
    things: ['names'],
    handshake: ['names of headers'],
  },
  {
    things: ['the one cache-control'],
    polling: ['two polls at once'],
  },
  {
    things: ['POST cache-control', 'GET cache-control'],
    polling: ['a close packet while a poll waits'],
  },
  {
    things: ['POST cache-control'],
    polling: ['a close packet while no poll waits'],
    upgrade: ['events by POST between probe and upgrade'],
  },
  {
    things: ['poll cache-control'],
    upgrade: ['a probe and an upgrade', 'a probe while a poll waits'],
  },
  // An empty sid is taken for an unknown session, and is none.
  {
    things: ['reply status', 'reply content-type', 'reply cache-control', 'reply body'],
    handshake: ['GET with an empty sid'],
  },
  // Parameters are not decoded.
  {
    things: ['reply status', 'reply content-type', 'reply cache-control', 'reply body'],
    handshake: ['GET with an encoded parameter'],
  },
  // The code of an error is a text, and shall be a number.
  {
    things: ['reply body'],
    handshake: [
      'GET with a parameter twice',
      'GET with no transport',
      'GET with an empty transport',
      'GET with an unknown transport',
      'GET with a transport in capitals',
      'GET with WebTransport',
      'GET with no version',
      'GET with version 5',
      'GET with a version that is no number',
      'GET with an unknown session',
      'GET with an id that is none',
      'GET with transport=websocket without an upgrade',
      'POST without a session',
      'PUT without a session',
      'DELETE without a session',
      'PATCH without a session',
      'PROPFIND without a session',
      'POST of a packet without a session',
      'POST with an unknown transport',
      'POST with an unknown session',
    ],
    webSocket: ['polling for a session that is gone'],
  },
  {
    things: ['GET body', 'POST body'],
    polling: ['transport=websocket without an upgrade for a polling session', 'polling for a WebSocket session'],
  },
  {
    things: ['GET body'],
    polling: ['a close packet while no poll waits'],
  },
  {
    things: ['GET afterwards body', 'POST afterwards body'],
    upgrade: ['a probe and an upgrade'],
  },
  // The version is looked at before the transport; the order is transport, session, method, version.
  {
    things: ['reply body'],
    handshake: [
      'GET with no query',
      'GET with neither a known version nor a known transport',
      'GET with an unknown session and version 3',
      'GET with an unknown session and transport',
      'GET with an unknown session with transport=websocket without an upgrade',
      'POST with version 3',
    ],
  },
  {
    things: ['POST body', 'GET body'],
    handshake: ['GET and POST with version 3 for a session of version 4'],
  },
  // The reply to a POST has the type text/plain; it is text/html, against a download dialog of some browsers.
  {
    things: ['reply content-type'],
    polling: [
      'POST of CONNECT',
      'POST of a pong',
      'POST of a ping',
      'POST of nothing',
      'POST of a packet and a separator',
      'POST of binary that nobody waits for',
      'POST of an event before CONNECT',
      'POST of a packet that cannot be read',
      'POST of an event after CONNECT',
      'POST of an event that nobody knows after CONNECT',
      'POST of an event with an object for an array after CONNECT',
      'POST of an event with broken JSON after CONNECT',
      'POST of an event without a name after CONNECT',
      'POST of an acknowledgement that nobody waits for after CONNECT',
      'POST of binary without a head after CONNECT',
      'POST of a text where binary should come after CONNECT',
      'POST with type application/json',
      'POST with type application/x-www-form-urlencoded',
      'POST with type text/plain;charset=utf-16',
      'POST of as much as there may be',
      'DISCONNECT',
    ],
  },
  {
    things: ['POST content-type'],
    polling: ['a close packet while a poll waits', 'a close packet while no poll waits'],
    upgrade: ['events by POST between probe and upgrade'],
  },
  // A ping from the client is passed over, and ends the session of the official server.
  {
    things: ['session'],
    polling: ['POST of a ping', 'POST of a probe'],
  },
  {
    things: ['told'],
    webSocket: ['a ping'],
  },
  // Packets that only the server sends, or only by WebSocket, are refused in a POST, and shall be passed over.
  {
    things: ['reply status', 'reply content-type', 'reply body'],
    polling: ['POST of a probe', 'POST of an upgrade packet', 'POST of a noop'],
  },
  {
    things: ['reply status', 'reply content-type', 'reply body', 'session'],
    polling: ['POST of an open packet'],
  },
  // A body with an empty packet is taken.
  {
    things: ['session'],
    polling: ['POST of nothing', 'POST of a packet and a separator'],
  },
  // Letters that are no base64 are refused, and are passed over by the official decoder.
  {
    things: ['reply status', 'reply content-type', 'reply body'],
    polling: ['POST of binary that is no base64'],
  },
  // A session that the server ends by polling is gone at once; its next poll shall get the close packet.
  {
    things: ['session'],
    polling: [
      'POST of binary that is no base64',
      'POST of binary that nobody waits for',
      'POST of an event before CONNECT',
      'POST of a packet that cannot be read',
      'POST of an event with an object for an array after CONNECT',
      'POST of an event with broken JSON after CONNECT',
      'POST of an event without a name after CONNECT',
      'POST of binary without a head after CONNECT',
      'POST of a text where binary should come after CONNECT',
      'DISCONNECT',
    ],
  },
  // Octets are taken from a POST of protocol 4.
  {
    things: ['reply status', 'reply body', 'session', 'reply content-type'],
    polling: ['POST with type application/octet-stream'],
  },
  // A body that is too large ends the session; it shall be refused, and that is all.
  {
    things: ['session'],
    polling: ['POST of one byte too much'],
  },
  // One reply to a poll holds any number of packets, and shall hold at most 16.
  {
    things: ['packets of one reply'],
    polling: ['twenty answers are fetched'],
  },
  // A poll that is given up does not end the session.
  {
    things: ['session'],
    polling: ['a poll that is given up'],
  },
  // No protocol is chosen from those that a client offers: a browser then gives the WebSocket up.
  {
    things: ['reply sec-websocket-protocol'],
    webSocket: ['handshake that offers a protocol'],
  },
  // The refusal of a WebSocket has another body and type.
  {
    things: ['reply content-type', 'reply sec-websocket-version', 'reply body'],
    webSocket: ['handshake without a version', 'handshake of version 12'],
  },
  {
    things: ['reply content-type', 'reply body'],
    webSocket: [
      'handshake without a key',
      'handshake for another protocol',
      'handshake by POST',
      'handshake without a transport',
      'handshake with an unknown transport',
      'handshake with an unknown session',
      'handshake with an id that is none',
    ],
  },
  // A key of another length than 16 bytes is taken.
  {
    things: ['reply status', 'reply content-type', 'reply body', 'reply upgrade', 'reply connection', 'reply sec-websocket-accept'],
    webSocket: ['handshake with a key that is too short'],
  },
  // Packets that only the server sends, or that come at the wrong time, end a WebSocket session, and shall be passed over.
  {
    things: ['told'],
    webSocket: ['a pong with a text', 'an upgrade packet', 'a noop', 'an open packet'],
  },
  // A close packet, or no close frame at all, comes before a WebSocket is closed.
  {
    things: ['told'],
    sometimes: true,
    webSocket: [
      'binary without a head',
      'a message without anything',
      'an unknown packet type of Socket.IO',
      'letters in a message',
      'an event with an object for an array',
      'an event with broken JSON',
      'an event without a name',
      'an event with letters for an id',
      'a text where binary should come',
      'a CONNECT_ERROR',
      'CONNECT to an unknown namespace first',
      'an event before CONNECT',
      'an acknowledgement before CONNECT',
      'binary before CONNECT',
      'DISCONNECT before CONNECT',
    ],
  },
  {
    things: ['told'],
    ends: [
      'no pong by WebSocket',
      'no CONNECT by WebSocket',
      'the server stops: WebSocket',
      'the server stops: a WebSocket that did not CONNECT',
    ],
  },
  {
    things: ['second'],
    upgrade: ['a WebSocket after the upgrade'],
    webSocket: ['handshake for a session that is a WebSocket'],
  },
  // Socketioxide, which is used as it is, takes it otherwise.
  {
    things: ['told'],
    webSocket: [
      'an event whose name is a number',
      'an event with a reserved name',
      'an acknowledgement that is no list',
      'CONNECT a second time',
      'an event for a namespace that was not connected',
      'DISCONNECT from a namespace that was not connected',
      'CONNECT with a list for an object',
      'CONNECT with broken JSON',
    ],
  },
  // The close frame after a message that is too large does not arrive, and shall have the code 1009.
  {
    things: ['told'],
    webSocket: ['a message of one byte too much'],
  },
  // A second probe ends the session.
  {
    things: ['told', 'session'],
    upgrade: ['a second probe'],
  },
  // An upgrade that is given up ends the session, and shall leave it to polling.
  {
    things: ['told', 'session', 'polls', 'fails'],
    upgrade: ['a WebSocket that closes after its probe'],
  },
  // An upgrade that begins otherwise ends the session; the official server goes on by polling.
  {
    things: ['told', 'session'],
    upgrade: [
      'an upgrade that begins with a probe of another text',
      'an upgrade that begins with a ping',
      'an upgrade that begins with a message',
      'an upgrade that begins with a close packet',
      'an upgrade that begins with letters',
      'an upgrade that begins with binary',
    ],
  },
  {
    things: ['told'],
    upgrade: ['an upgrade that begins with an upgrade packet'],
  },
  // The first ping comes at once, and shall come after the interval.
  {
    things: ['waited'],
    ends: ['the first ping by WebSocket', 'the first ping by polling'],
  },
  // A stopping server leaves a poll without a reply, at times.
  {
    things: ['reply status', 'reply content-type', 'reply body', 'reply'],
    sometimes: true,
    ends: ['the server stops: a poll waits'],
  },
  // An event that comes before the reply to CONNECT ends the session at times, and shall wait.
  {
    things: ['told'],
    sometimes: true,
    webSocket: ['an event right behind CONNECT'],
  },
];
