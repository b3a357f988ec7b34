// The first request of a session, over HTTP: what opens one, and what is refused, in which order.

import { request } from '../http.mjs';
import { POLLING, Polls } from '../session.mjs';
import { onPurpose, wireCase } from './case.mjs';

/** A request without a session whose reply is compared. */
function opening(name, method, path, options, expected) {
  return wireCase(name, async ({ port }, see) => see.reply(await request(port, method, path, options)), expected);
}

const crafted = [
  ['no query', '/socket.io/'],
  ['no transport', '/socket.io/?EIO=4'],
  ['an empty transport', '/socket.io/?EIO=4&transport='],
  ['an unknown transport', '/socket.io/?EIO=4&transport=carrier-pigeon'],
  ['a transport in capitals', '/socket.io/?EIO=4&transport=POLLING'],
  ['WebTransport', '/socket.io/?EIO=4&transport=webtransport'],
  ['no version', '/socket.io/?transport=polling'],
  ['version 3', '/socket.io/?EIO=3&transport=polling'],
  ['version 5', '/socket.io/?EIO=5&transport=polling'],
  ['a version that is no number', '/socket.io/?EIO=abc&transport=polling'],
  ['neither a known version nor a known transport', '/socket.io/?EIO=3&transport=carrier-pigeon'],
  ['an unknown session', `${POLLING}&sid=AAAAAAAAAAAAAAAAAAAA`],
  ['an id that is none', `${POLLING}&sid=no.id`],
  ['an unknown session and version 3', '/socket.io/?EIO=3&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA'],
  ['an unknown session and transport', '/socket.io/?EIO=4&transport=carrier-pigeon&sid=AAAAAAAAAAAAAAAAAAAA'],
  ['transport=websocket without an upgrade', '/socket.io/?EIO=4&transport=websocket'],
  ['an unknown session with transport=websocket without an upgrade', '/socket.io/?EIO=4&transport=websocket&sid=AAAA'],
];

/** What a case without a session is answered by, and no more of it. */
function status(name, method, path, ours, why) {
  return wireCase(name, async ({ port }, see) => {
    see.note('status', (await request(port, method, path)).status);
  }, onPurpose(why, { status: ours }));
}

const OPEN = '0{"sid":"*","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';

const methods = ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND'];

export default [
  opening('GET', 'GET', POLLING),
  opening('GET over HTTP/1.0', 'GET', POLLING, { version: '1.0' }),
  opening('GET with an empty sid', 'GET', `${POLLING}&sid=`),
  opening('GET with b64', 'GET', `${POLLING}&b64=1`),
  opening('GET with a time stamp', 'GET', `${POLLING}&t=abc`),
  opening('GET with cookies', 'GET', POLLING, { headers: ['Cookie: io=AAAA; other=1'] }),
  opening('GET that takes compressed replies', 'GET', POLLING, { headers: ['Accept-Encoding: gzip, deflate, br'] }),
  opening('GET with parameters in another order', 'GET', '/socket.io/?transport=polling&x=y&EIO=4'),
  opening('GET with an encoded parameter', 'GET', '/socket.io/?EIO=4&transport=p%6flling'),
  opening('GET with a parameter twice', 'GET', '/socket.io/?EIO=4&transport=polling&transport=websocket'),
  opening('GET for JSONP', 'GET', `${POLLING}&j=0`, {}, onPurpose(
    'a text of a page\'s own must not become a script of ours; browsers that need it are gone', { 'reply body': OPEN },
  )),
  status('GET without the slash at the end', 'GET', '/socket.io?EIO=4&transport=polling', 200,
    'the path is the same with the slash and without it'),
  status('GET of something behind the path', 'GET', '/socket.io/extra?EIO=4&transport=polling', 404,
    'what stands behind the path is the name of a file'),
  ...crafted.map(([name, path]) => opening(`GET with ${name}`, 'GET', path)),
  ...methods.map((method) => opening(`${method} without a session`, method, POLLING)),
  opening('POST of a packet without a session', 'POST', POLLING, { body: '40' }),
  opening('POST with an unknown transport', 'POST', '/socket.io/?EIO=4&transport=carrier-pigeon', { body: '40' }),
  opening('POST with version 3', 'POST', '/socket.io/?EIO=3&transport=polling', { body: '40' }),
  opening('POST with an unknown session', 'POST', `${POLLING}&sid=AAAAAAAAAAAAAAAAAAAA`, { body: '40' }),
  ...methods.filter((method) => method !== 'POST').map((method) =>
    wireCase(`${method} with a session`, async ({ port }, see) => {
      const polls = await Polls.open(port);
      see.reply(await request(port, method, polls.path));
      see.note('session', await polls.fate());
    }, onPurpose('the request is at fault, not the server', { 'reply status': 400 }))),
  wireCase('GET and POST with version 3 for a session of version 4', async ({ port }, see) => {
    const polls = await Polls.open(port);
    const path = polls.path.replace('EIO=4', 'EIO=3');
    see.reply(await request(port, 'POST', path, { body: '40' }), 'POST');
    see.reply(await request(port, 'GET', path), 'GET');
    see.note('session', await polls.fate());
  }),
  wireCase('names of headers', async ({ port }, see) => {
    const { names } = await request(port, 'GET', POLLING);
    see.note('names', names.filter((name) => /^(content|cache)/i.test(name)).sort().join(', '));
  }, onPurpose('names of headers are the same in any case (RFC 9110, section 5.1)', {
    names: 'cache-control, content-length, content-type',
  })),
];
