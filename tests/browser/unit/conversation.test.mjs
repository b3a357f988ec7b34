// The conversation of two peers: what it says first, and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConversation } from '../../../public/switchboard/conversation.js';

/** A data channel without a connection: it remembers what is sent. */
class Channel extends EventTarget {
  readyState = 'connecting';
  bufferedAmount = 0;
  sent = [];

  open() {
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  hear(message) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
}

const nothing = () => {};

/** A conversation on new channels. */
function begin() {
  const channels = { texts: new Channel(), files: new Channel(), typing: new Channel() };
  const listeners = { onChange: nothing, onMessage: nothing, onDelivery: nothing, onTyping: nothing, onTransfer: nothing };
  const conversation = createConversation(listeners);
  conversation.connect(channels);
  return { channels, conversation };
}

const kinds = ({ sent }) => sent.map((message) => Object.keys(message)[0]);

test('a peer whose channels are open first is greeted before it gets anything else', () => {
  const { channels, conversation } = begin();
  conversation.say('Hello');
  conversation.sendFile(new File(['abc'], 'a.txt'));
  channels.texts.open();
  channels.texts.hear({ hello: { session: 'theirs' } });
  assert.deepEqual(kinds(channels.texts), [], 'the channel of files is not open yet');
  channels.files.open();
  assert.deepEqual(kinds(channels.texts), ['hello', 'chat', 'file']);
});

test('a peer whose channels are open later gets what waits after its greeting', () => {
  const { channels, conversation } = begin();
  conversation.say('Hello');
  channels.texts.open();
  channels.files.open();
  assert.deepEqual(kinds(channels.texts), ['hello']);
  channels.texts.hear({ hello: { session: 'theirs' } });
  channels.texts.hear({ hello: { session: 'theirs' } });
  assert.deepEqual(kinds(channels.texts), ['hello', 'chat']);
});

test('a greeting on a connection that broke does not count on the next one', () => {
  const { channels, conversation } = begin();
  channels.texts.open();
  channels.texts.hear({ hello: { session: 'theirs' } });
  conversation.disconnect();
  conversation.say('Hello');
  const next = { texts: new Channel(), files: new Channel(), typing: new Channel() };
  conversation.connect(next);
  next.texts.open();
  next.files.open();
  assert.deepEqual(kinds(next.texts), ['hello']);
});
