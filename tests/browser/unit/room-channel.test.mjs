// A channel to all members of a room: who gets what, and what happens when one leaves.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Events } from '../../../public/switchboard/events.js';
import { pictureSizeFor } from '../../../public/switchboard/mesh.js';
import { RoomChannel } from '../../../public/switchboard/room-channel.js';

/** A member whose channel notes what is sent; `fail` lets the next send reject. */
function fakeMember(name) {
  const channel = Object.assign(new Events(), { state: 'open', sent: [], fail: null });
  channel.send = async (data) => {
    if (channel.fail) throw channel.fail;
    channel.sent.push(data);
  };
  channel.close = () => {
    channel.state = 'closed';
    channel.emit('close');
  };
  return { name, below: channel, channel: () => channel };
}

function openTo(...names) {
  const channel = new RoomChannel('data', undefined, () => {});
  const members = names.map(fakeMember);
  for (const member of members) channel.add(member);
  return { channel, members };
}

test('a message goes to all members, or to one of them', async () => {
  const { channel, members: [ann, bob] } = openTo('Ann', 'Bob');
  await channel.send('all');
  await channel.send('Bob alone', bob);
  assert.deepEqual([ann.below.sent, bob.below.sent], [['all'], ['all', 'Bob alone']]);
});

test('a member that is not there yet does not keep the others waiting', async () => {
  const { channel, members: [ann, bob] } = openTo('Ann', 'Bob');
  bob.below.state = 'connecting';
  assert.deepEqual(channel.members, [ann]);
  await channel.send('hello');
  assert.deepEqual([ann.below.sent, bob.below.sent], [['hello'], []]);
});

test('the others get it although one leaves, and what none can take is an error', async () => {
  const { channel, members: [ann, bob] } = openTo('Ann', 'Bob');
  const left = [];
  channel.onclose = ({ name }) => left.push(name);
  bob.below.send = async () => {
    bob.below.close();
    throw new Error('closed');
  };
  await channel.send('hello');
  assert.deepEqual([ann.below.sent, left, channel.members], [['hello'], ['Bob'], [ann]]);
  await assert.rejects(channel.send('alone', bob), /Bob/);
  ann.below.fail = new RangeError('too large');
  await assert.rejects(channel.send('large'), /too large/);
});

test('what members send comes with the member', () => {
  const { channel, members: [ann] } = openTo('Ann');
  const heard = [];
  channel.onopen = ({ name }) => heard.push(`${name} is here`);
  channel.onmessage = ({ member, data }) => heard.push(`${member.name}: ${data}`);
  ann.below.emit('open');
  ann.below.emit('message', 'hello');
  assert.deepEqual(heard, ['Ann is here', 'Ann: hello']);
});

test('the more members, the smaller the pictures', () => {
  const sizes = [1, 2, 3, 4, 8, 9, 16].map((people) => pictureSizeFor(people).width);
  assert.deepEqual(sizes, [1280, 1280, 1280, 640, 640, 320, 320]);
});
