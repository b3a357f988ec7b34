// Channels without a connection below them: back-pressure, what is too large, what happens at the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createChannels } from '../../../public/switchboard/channel.js';
import { loadDetails } from '../../../public/switchboard/loaded.js';

await loadDetails(); // As a client does.

/** What a connection needs: its channels only note what is sent. */
class FakeDataChannel extends EventTarget {
  readyState = 'connecting';
  bufferedAmount = 0;
  sent = [];

  constructor(label) {
    super();
    this.label = label;
  }

  open() {
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }

  send(data) {
    this.sent.push(data);
    this.bufferedAmount += data.length ?? data.byteLength;
  }

  drain(to = 0) {
    this.bufferedAmount = to;
    if (to <= this.bufferedAmountLowThreshold) this.dispatchEvent(new Event('bufferedamountlow'));
  }

  receive(data) {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  close() {
    this.readyState = 'closed';
    this.dispatchEvent(new Event('close'));
  }
}

function fakePeer(maxMessageSize = 1000) {
  const opened = [];
  return { opened, maxMessageSize, hasChannels: true, openChannel: (label) => (opened.push(new FakeDataChannel(label)), opened.at(-1)) };
}

/** A channel that is open, and what is below it. */
function openChannel(maxMessageSize) {
  const taken = [];
  const channels = createChannels((channel) => taken.push(channel));
  const peer = fakePeer(maxMessageSize);
  channels.connect(peer);
  const channel = channels.open('data');
  const [below] = peer.opened;
  below.open();
  return { channels, channel, below, taken, peer };
}

const turns = () => new Promise(setImmediate);

/** Whether a promise is settled by now. */
async function isSettled(promise) {
  let is = false;
  promise.then(() => (is = true), () => (is = true));
  await turns();
  return is;
}

test('what is sent before the channel is open waits, and keeps its order', async () => {
  const channels = createChannels(() => {});
  const channel = channels.open('data');
  const sent = ['a', 'b', 'c'].map((text) => channel.send(text));
  const peer = fakePeer();
  channels.connect(peer);
  assert.equal(await isSettled(sent[0]), false);
  peer.opened[0].open();
  await Promise.all(sent);
  assert.deepEqual(peer.opened[0].sent, ['a', 'b', 'c']);
});

test('a full channel lets the sender wait until there is room', async () => {
  const { channel, below } = openChannel(1e9);
  await channel.send(new Uint8Array(1024 * 1024));
  const full = channel.send(new Uint8Array(1));
  const behind = channel.send('behind');
  assert.equal(await isSettled(full), false);
  assert.equal(below.sent.length, 2);
  below.drain(300 * 1024);
  assert.equal(await isSettled(full), false, 'not yet low');
  below.drain(256 * 1024);
  await Promise.all([full, behind]);
  assert.equal(below.sent.at(-1), 'behind');
});

test('what is too large is refused in words, and the next goes through', async () => {
  const { channel, below } = openChannel(10);
  await assert.rejects(channel.send('€€€€'), { code: 'bad-options', message: /has 12 bytes, and at most 10 pass/ });
  await assert.rejects(channel.send({}), { code: 'bad-options', message: /texts, ArrayBuffers/ });
  await channel.send('€€€');
  await channel.send(new Blob(['blob']));
  assert.deepEqual([below.sent.length, below.sent[1].byteLength], [2, 4]);
});

test('a closed channel rejects what waits and what follows', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { channel, below } = openChannel(1e9);
  const closed = [];
  channel.onclose = () => closed.push(channel.state);
  const full = channel.send(new Uint8Array(2e6));
  await turns();
  below.close();
  t.mock.timers.tick(100);
  await assert.rejects(full, { code: 'closed', message: /“data” is closed/ });
  await assert.rejects(channel.send('more'), /“data” is closed/);
  channel.close();
  assert.deepEqual(closed, ['closed']);
});

test('a channel that ends with its connection waits for the next one', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { channels, channel, below, peer } = openChannel();
  peer.hasChannels = false;
  below.close();
  const sent = channel.send('later');
  const next = fakePeer();
  t.mock.timers.tick(100);
  channels.connect(next);
  next.opened[0].open();
  await sent;
  assert.deepEqual([channel.state, next.opened[0].sent], ['open', ['later']]);
});

test('a new connection opens the channel again, and what waited for room goes on', async () => {
  const { channels, channel, below } = openChannel(1e9);
  const full = channel.send(new Uint8Array(2e6));
  const next = channel.send('next');
  await turns();
  const peer = fakePeer();
  channels.connect(peer);
  below.close();
  await full;
  assert.equal(channel.state, 'connecting');
  peer.opened[0].open();
  await next;
  assert.deepEqual(peer.opened[0].sent, ['next']);
});

test('a channel of the other side is given to the page once, and again attached after a renewal', async () => {
  const { channels, taken } = openChannel();
  const theirs = new FakeDataChannel('theirs');
  channels.take(theirs);
  theirs.open();
  const [channel] = taken;
  const heard = [];
  channel.onmessage = (data) => heard.push(data);
  theirs.receive('one');
  channels.connect(fakePeer());
  const again = new FakeDataChannel('theirs');
  channels.take(again);
  again.open();
  again.receive('two');
  await channel.send('answer');
  assert.deepEqual([taken.length, heard, again.sent], [1, ['one', 'two'], ['answer']]);
});

test('both sides may open a channel of one label: each sends by its own and hears both', async () => {
  const { channels, channel, below, taken } = openChannel();
  const heard = [];
  channel.addEventListener('message', ({ detail }) => heard.push(detail));
  const theirs = new FakeDataChannel('data');
  channels.take(theirs);
  theirs.open();
  theirs.receive('hello');
  await channel.send('own');
  assert.deepEqual([taken, heard, below.sent, theirs.sent], [[], ['hello'], ['own'], []]);
  assert.equal(channels.open('data'), channel);
});

test('options that the browser refuses leave no channel that never opens', async () => {
  const channels = createChannels(() => {});
  const peer = fakePeer();
  channels.connect(peer);
  const { openChannel: open } = peer;
  peer.openChannel = () => {
    throw new TypeError('such options');
  };
  assert.throws(() => channels.open('data', { maxRetransmits: -1 }), /such options/);
  peer.openChannel = open;
  const sent = channels.open('data').send('text');
  peer.opened[0].open();
  await sent;
  assert.deepEqual(peer.opened[0].sent, ['text']);
});
