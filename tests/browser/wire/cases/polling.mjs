// A session by long-polling: bodies, requests that overlap or are given up, and how it ends.

import { eventually } from '../../support/wait.mjs';
import { request } from '../http.mjs';
import { CONNECT, Frames, POLLING, Polls, mask } from '../session.mjs';
import { onPurpose, wireCase } from './case.mjs';

/** A POST whose reply is compared, and what becomes of its session; `before` says to which it goes. */
function posting(name, body, { type, before = Polls.open, ...expected } = {}) {
  return wireCase(name, async ({ port }, see) => {
    const polls = await before(port);
    see.reply(await polls.post(body, { type }));
    see.note('session', await polls.fate());
  }, expected);
}

/** A body that cannot be read is refused; the official server says "ok", and then closes. */
const REFUSED = {
  'reply status': 400,
  'reply content-type': undefined,
  'reply cache-control': undefined,
  'reply body': '',
};
const UNREADABLE = onPurpose(
  'a client that sends what cannot be read is answered so (and the protocol\'s own tests ask for it)', REFUSED,
);

const unreadable = [
  ['an unknown packet type', '9'],
  ['letters', 'abc'],
  ['a separator alone', '\x1e'],
  ['a good packet and an unknown one', '3\x1e9'],
  ['a form', 'd=3'],
  ['nothing', ''],
  ['a packet and a separator', '3\x1e'],
];

const bodies = [
  ['CONNECT', CONNECT],
  ['a pong', '3'],
  ['a ping', '2'],
  ['a probe', '2probe'],
  ['an upgrade packet', '5'],
  ['a noop', '6'],
  ['an open packet', '0'],
  ['binary that nobody waits for', 'bAQID'],
  ['an event before CONNECT', '42["test"]'],
  ['a packet that cannot be read', '4abc'],
];

const afterConnect = [
  ['an event', '42["test"]'],
  ['an event that nobody knows', '42["nobody-knows-this"]'],
  ['an event with an object for an array', '42{}'],
  ['an event with broken JSON', '42["test'],
  ['an event without a name', '42[]'],
  ['an acknowledgement that nobody waits for', '437[]'],
  ['binary without a head', 'bAQID'],
  ['a text where binary should come', '451-["test",{"_placeholder":true,"num":0}]\x1e42["test"]'],
];

const types = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'text/plain;charset=utf-16',
];

export default [
  ...bodies.map(([name, body]) => posting(`POST of ${name}`, body)),
  ...unreadable.map(([name, body]) => posting(`POST of ${name}`, body, UNREADABLE)),
  posting('POST of binary that is no base64', 'b!!!!', onPurpose(
    'it cannot be read; the official decoder leaves out the letters that are none', { ...REFUSED, session: 'gone: 400' },
  )),
  ...afterConnect.map(([name, body]) => posting(`POST of ${name} after CONNECT`, body, { before: Polls.connected })),
  ...types.map((type) => posting(`POST with type ${type}`, '3', { type })),
  posting('POST of one byte too much', `4${'x'.repeat(1_000_000)}`),
  posting('POST of as much as there may be', `42["test","${'x'.repeat(1_000_000 - 13)}"]`, { before: Polls.connected }),

  wireCase('a welcome is fetched', async ({ port }, see) => {
    const polls = await Polls.open(port);
    await polls.post(CONNECT);
    see.note('received', mask((await polls.until('40')).join(' ')));
  }),
  wireCase('a poll that waits gets an answer', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    const waiting = polls.get();
    await polls.post('421["test"]');
    see.reply(await waiting);
  }),
  wireCase('twenty answers are fetched', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    await polls.post(Array.from({ length: 20 }, (_, id) => `42${id}["test"]`).join('\x1e'));
    let packets = (await polls.get()).body.split('\x1e');
    // A ping may come first.
    if (packets.join() === '2') packets = (await polls.get()).body.split('\x1e');
    see.note('packets of one reply', packets.length);
  }, onPurpose('python-engineio ends a session whose reply holds more than 16 packets', { 'packets of one reply': 16 })),
  wireCase('CONNECT to an unknown namespace', async ({ port }, see) => {
    const polls = await Polls.open(port);
    await polls.post('40/nowhere,');
    see.note('received', (await polls.until('/nowhere')).join(' '));
    see.note('session', await polls.fate());
  }),
  wireCase('two polls at once', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    const [first, second] = await Promise.all([polls.get(), polls.get()]);
    const [refused, ended] = first.status === 200 ? [second, first] : [first, second];
    see.reply(ended, 'the one');
    see.reply(refused, 'the other');
    see.note('session', await polls.fate());
  }),
  wireCase('a poll that is given up', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    const giveUp = new AbortController();
    const waiting = polls.get({ signal: giveUp.signal });
    // It waits there once a POST that was sent after it is answered.
    await polls.post('3');
    giveUp.abort();
    await waiting;
    // That the connection has ended reaches the server by itself, maybe after what other connections say.
    await eventually('the end of the session', async () => (await polls.post('3')).status !== 200);
    see.note('session', await polls.fate());
  }),
  wireCase('transport=websocket without an upgrade for a polling session', async ({ port }, see) => {
    const polls = await Polls.open(port);
    const path = polls.path.replace('transport=polling', 'transport=websocket');
    see.reply(await request(port, 'GET', path), 'GET');
    see.reply(await request(port, 'POST', path, { body: '3' }), 'POST');
    see.note('session', await polls.fate());
  }),
  wireCase('polling for a WebSocket session', async ({ port }, see) => {
    const frames = new Frames(port);
    let sid;
    frames.ws.once('message', (data) => (sid = JSON.parse(String(data).slice(1)).sid));
    await frames.hears();
    const path = `${POLLING}&sid=${sid}`;
    see.reply(await request(port, 'GET', path), 'GET');
    see.reply(await request(port, 'POST', path, { body: '3' }), 'POST');
    see.note('session', (await frames.connect()).join(' '));
    frames.drop();
  }),
  wireCase('a close packet while a poll waits', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    const waiting = polls.get();
    // The poll waits there once a POST that was sent after it is answered.
    await polls.post('3');
    see.reply(await polls.post('1'), 'POST');
    see.reply(await waiting, 'GET');
    see.note('session', await polls.fate());
  }),
  wireCase('a close packet while no poll waits', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    see.reply(await polls.post('1'), 'POST');
    see.reply(await polls.get(), 'GET');
  }),
  wireCase('DISCONNECT', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    see.reply(await polls.post('41'));
    see.note('session', await polls.fate());
  }),
];
