// Pages of another origin: the headers of CORS that browsers look at. The official server's are
// those of `cors: { origin: true, credentials: true }`, as courses have it.

import { request, upgrade } from '../http.mjs';
import { POLLING, Polls, WEBSOCKET } from '../session.mjs';
import { onPurpose, wireCase } from './case.mjs';

const ORIGIN = 'http://localhost:3000';
const LOOKED_AT = ['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-allow-headers'];

function noteHeaders(see, reply, name) {
  see.note(`${name} status`, reply.status);
  for (const header of LOOKED_AT) see.note(`${name} ${header}`, reply.headers.get(header));
  see.note(`${name} varies with the origin`, /\borigin\b/i.test(reply.headers.get('vary')));
}

function preflight(path) {
  const asks = ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type, x-own'];
  return (port) => request(port, 'OPTIONS', path, { headers: [`Origin: ${ORIGIN}`, ...asks] });
}

const PREFLIGHT = onPurpose('any status of success will do for a preflight (Fetch)', { 'reply status': 200 });

export default [
  wireCase('GET', async ({ port }, see) => {
    noteHeaders(see, await request(port, 'GET', POLLING, { headers: [`Origin: ${ORIGIN}`] }), 'reply');
  }),
  wireCase('a refusal', async ({ port }, see) => {
    noteHeaders(see, await request(port, 'GET', '/socket.io/?EIO=4', { headers: [`Origin: ${ORIGIN}`] }), 'reply');
  }),
  wireCase('POST', async ({ port }, see) => {
    const polls = await Polls.open(port);
    noteHeaders(see, await polls.post('3', { headers: [`Origin: ${ORIGIN}`] }), 'reply');
  }),
  wireCase('a preflight', async ({ port }, see) => {
    noteHeaders(see, await preflight(POLLING)(port), 'reply');
  }, PREFLIGHT),
  wireCase('a preflight for a session that is gone', async ({ port }, see) => {
    noteHeaders(see, await preflight(`${POLLING}&sid=AAAAAAAAAAAAAAAAAAAA`)(port), 'reply');
  }, PREFLIGHT),
  wireCase('a WebSocket', async ({ port }, see) => {
    const reply = await upgrade(port, WEBSOCKET, [['Origin', ORIGIN]]);
    see.note('reply status', reply.status);
  }),
];
