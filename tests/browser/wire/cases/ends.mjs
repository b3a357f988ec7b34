// Time, and ends that come from the server.

import { CONNECT, Frames, Polls } from '../session.mjs';
import { wireCase } from './case.mjs';

const QUICK = { settings: { pingInterval: 600, pingTimeout: 400 } };
const IMPATIENT = { settings: { connectTimeout: 500 } };

export default [
  wireCase('the first ping by WebSocket', async ({ port, settings }, see) => {
    const frames = await Frames.open(port);
    const opened = Date.now();
    see.note('received', await frames.hears());
    see.note('waited', Date.now() - opened > settings.pingInterval / 2);
    // The next comes after the answer.
    frames.says('3');
    const answered = Date.now();
    see.note('then', await frames.hears());
    see.note('waited again', Date.now() - answered > settings.pingInterval / 2);
    frames.drop();
  }, QUICK),
  wireCase('the first ping by polling', async ({ port, settings }, see) => {
    const polls = await Polls.open(port);
    const opened = Date.now();
    see.reply(await polls.get());
    see.note('waited', Date.now() - opened > settings.pingInterval / 2);
  }, QUICK),
  wireCase('no pong by WebSocket', async ({ port }, see) => {
    const frames = await Frames.connected(port);
    see.note('received', (await frames.ends()).join(' '));
  }, QUICK),
  wireCase('no pong by polling', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    let reply = await polls.get();
    if (reply.body === '2') reply = await polls.get();
    see.reply(reply);
    see.note('session', await polls.fate());
  }, QUICK),
  wireCase('no CONNECT by WebSocket', async ({ port }, see) => {
    const frames = await Frames.open(port);
    see.note('received', (await frames.ends()).join(' '));
  }, IMPATIENT),
  wireCase('no CONNECT by polling', async ({ port }, see) => {
    const polls = await Polls.open(port);
    let reply = await polls.get();
    if (reply.body === '2') reply = await polls.get();
    see.reply(reply);
    see.note('session', await polls.fate());
  }, IMPATIENT),
  wireCase('the server disconnects a WebSocket', async ({ port }, see) => {
    const frames = await Frames.open(port);
    frames.says(CONNECT.replace('"x"', '"wrong"'));
    const received = await frames.until((text) => text === '41');
    see.note('received', received.map((text) => text.replace(/(?<="signalingError"),.*\]/, ']')).join(' '));
    frames.drop();
  }),
  wireCase('the server disconnects one who polls', async ({ port }, see) => {
    const polls = await Polls.open(port);
    await polls.post(CONNECT.replace('"x"', '"wrong"'));
    see.note('last', (await polls.until('41')).at(-1));
  }),
  wireCase('the server stops: WebSocket', async ({ port, stop }, see) => {
    const frames = await Frames.connected(port);
    stop();
    const received = await frames.ends();
    see.note('received', received.filter((text) => !text.includes('"serverClosing"')).join(' '));
  }, { alone: true }),
  wireCase('the server stops: a poll waits', async ({ port, stop }, see) => {
    const polls = await Polls.connected(port);
    let waiting = polls.get();
    await polls.post('3');
    stop();
    let reply = await waiting;
    if (reply.body.includes('"serverClosing"')) reply = await polls.get();
    see.reply(reply);
  }, { alone: true }),
  wireCase('the server stops: a WebSocket that did not CONNECT', async ({ port, stop }, see) => {
    const frames = await Frames.open(port);
    stop();
    see.note('received', (await frames.ends()).join(' '));
  }, { alone: true }),
];
