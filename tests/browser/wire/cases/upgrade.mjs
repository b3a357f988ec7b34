// From long-polling to WebSocket: the probe, what goes on meanwhile, and what goes wrong with it.

import { Frames, Polls, WEBSOCKET, probed } from '../session.mjs';
import { wireCase } from './case.mjs';

/** What becomes of an upgrade that begins otherwise. */
function wrong(name, ...packets) {
  return wireCase(`an upgrade that begins with ${name}`, async ({ port }, see) => {
    const polls = await Polls.connected(port);
    const frames = new Frames(port, `${WEBSOCKET}&sid=${polls.sid}`);
    await frames.opened;
    frames.says(...packets);
    see.note('received', (await frames.settles()).join(' '));
    see.note('session', await polls.fate());
  });
}

export default [
  wireCase('a probe and an upgrade', async ({ port }, see) => {
    const { polls, frames, answer } = await probed(port);
    see.note('answer', answer);
    see.reply(await polls.get(), 'poll');
    frames.says('5');
    see.note('received', (await frames.settles()).join(' '));
    see.reply(await polls.get(), 'GET afterwards');
    see.reply(await polls.post('3'), 'POST afterwards');
    see.note('still', (await frames.settles()).join(' '));
    frames.drop();
  }),
  wireCase('a probe while a poll waits', async ({ port }, see) => {
    const polls = await Polls.connected(port);
    const waiting = polls.get();
    await polls.post('3');
    const frames = new Frames(port, `${WEBSOCKET}&sid=${polls.sid}`);
    await frames.opened;
    frames.says('2probe');
    see.note('answer', await frames.hears());
    see.reply(await waiting, 'poll');
    frames.says('5');
    see.note('received', (await frames.settles()).join(' '));
    frames.drop();
  }),
  wireCase('events by POST between probe and upgrade', async ({ port }, see) => {
    const { polls, frames } = await probed(port);
    see.reply(await polls.post('421["test"]'), 'POST');
    const received = (await polls.get()).body.split('\x1e').filter((packet) => packet !== '6');
    frames.says('5');
    received.push(...await frames.settles());
    see.note('received', received.join(' '));
    frames.drop();
  }),
  wireCase('a second probe', async ({ port }, see) => {
    const { frames, polls } = await probed(port);
    frames.says('2probe');
    see.note('received', await frames.hears());
    frames.drop();
    see.note('session', await polls.fate());
  }),
  wireCase('a second WebSocket between probe and upgrade', async ({ port }, see) => {
    const { polls, frames } = await probed(port);
    const second = new Frames(port, `${WEBSOCKET}&sid=${polls.sid}`);
    await second.opened;
    frames.says('5');
    see.note('first', (await frames.settles()).join(' '));
    // Where it is closed it is closed at once: not to be waited for where it is not.
    for (let round = 0; round < 20 && !second.hasEnded; round += 1) await frames.settles();
    see.note('second is closed', second.hasEnded);
    second.drop();
    frames.drop();
  }, { settings: { pingInterval: 1000, pingTimeout: 3000 } }),
  wireCase('a WebSocket after the upgrade', async ({ port }, see) => {
    const { polls, frames } = await probed(port);
    frames.says('5');
    await frames.settles();
    const second = new Frames(port, `${WEBSOCKET}&sid=${polls.sid}`);
    see.note('second', (await second.ends()).join(' '));
    see.note('first', (await frames.settles()).join(' '));
    frames.drop();
  }),
  wireCase('a WebSocket that closes after its probe', async ({ port }, see) => {
    const { polls, frames } = await probed(port);
    frames.ws.close();
    see.note('received', (await frames.ends()).join(' '));
    see.note('session', await polls.fate());
    await polls.post('421["test"]');
    see.note('polls', (await polls.until('431')).filter((packet) => packet !== '6').join(' '));
  }),
  wireCase('a probe before CONNECT', async ({ port }, see) => {
    const polls = await Polls.open(port);
    const frames = new Frames(port, `${WEBSOCKET}&sid=${polls.sid}`);
    await frames.opened;
    frames.says('2probe');
    await frames.hears();
    await polls.get();
    frames.says('5');
    see.note('received', (await frames.connect()).join(' '));
    frames.drop();
  }),
  wrong('a probe of another text', '2other'),
  wrong('a ping', '2'),
  wrong('an upgrade packet', '5'),
  wrong('a message', '42["test"]'),
  wrong('a close packet', '1'),
  wrong('letters', 'abc'),
  wrong('binary', Buffer.from([1, 2, 3])),
];
