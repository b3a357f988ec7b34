// The packets of Socket.IO, protocol 5: how an event with its arguments becomes text, and back.
//
//   2/chat,7["hello",{"to":"Ann"}]
//   | |    | +- the event's name and arguments, as JSON
//   | |    +--- a number, where the sender wants an answer (an ack bears the same number)
//   | +-------- the namespace, left out where it is the main one, "/"
//   +---------- the type of packet
//
// JSON cannot hold binary values. Each is taken out, sent after the text as a message of its own,
// and leaves a placeholder: 51-["photo",{"_placeholder":true,"num":0}] announces one such message.
// Nothing here knows how packets travel.

import { debugFor } from './debug.js';

export const protocol = 5;

const debugPacket = debugFor('socket.io-parser');

export const PacketType = {
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  CONNECT_ERROR: 4,
  BINARY_EVENT: 5,
  BINARY_ACK: 6,
};

/** Events of the client's own life: neither side may send them as if they were the page's. */
export const RESERVED_EVENTS = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** What binary packets are when they are whole. */
const BINARY = { 5: PacketType.EVENT, 6: PacketType.ACK };

const HEADER = /^(?:([0-4])|([56])(\d+)-)(?:(\/[^,]*)(?:,|$))?(\d*)/;

function isBinary(value) {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) || value instanceof Blob;
}

/** The messages that a packet becomes: its text, then its binary values. */
export function encodePacket(packet) {
  const { type, nsp, id, data } = packet;
  debugPacket('encoding packet %j', packet);
  const attachments = [];
  const takeOut = function (key, value) {
    // Not `value`, which is what toJSON() made of it.
    const original = this[key];
    if (!isBinary(original)) return value;
    return { _placeholder: true, num: attachments.push(original) - 1 };
  };
  const json = data === undefined ? '' : JSON.stringify(data, takeOut);

  let head = String(type);
  if (attachments.length > 0) {
    const binary = type === PacketType.ACK ? PacketType.BINARY_ACK : PacketType.BINARY_EVENT;
    head = `${binary}${attachments.length}-`;
  }
  if (nsp && nsp !== '/') head += `${nsp},`;
  const text = head + (id ?? '') + json;
  debugPacket('encoded %j as %s', packet, text);
  return [text, ...attachments];
}

/** Makes packets of messages; a packet with binary values is whole when the last of them is in. */
export class Decoder {
  _partial;

  /** Takes one message; gives a packet, or nothing yet. */
  add(message) {
    const isText = typeof message === 'string';
    if (isText === Boolean(this._partial)) throw new Error('Text and binary out of order');
    if (isText) this._partial = readHeader(message);
    else this._partial.attachments.push(message);

    const { packet, message: text, json, count, attachments } = this._partial;
    if (attachments.length < count) return undefined;
    this._partial = undefined;
    complete(packet, json, attachments);
    debugPacket('decoded %s as %j', text, packet);
    return packet;
  }
}

function readHeader(message) {
  const header = HEADER.exec(message);
  if (!header) throw new Error('Not a Socket.IO packet');
  const [whole, plain, binary, count = 0, nsp = '/', id] = header;
  const packet = { type: plain ? Number(plain) : BINARY[binary], nsp };
  if (id) packet.id = Number(id);
  const json = message.slice(whole.length);
  return { packet, message, json, count: Number(count), attachments: [] };
}

function complete(packet, json, attachments) {
  const putBack = (key, value) => {
    if (value?._placeholder !== true) return value;
    if (!isBinary(attachments[value.num])) throw new Error('A placeholder without a value');
    return attachments[value.num];
  };
  if (json) packet.data = JSON.parse(json, attachments.length > 0 && putBack);
  if (!isValid(packet)) throw new Error('Not a valid packet');
}

function isValid({ type, id, data }) {
  const isObject = typeof data === 'object' && data !== null;
  switch (type) {
    case PacketType.CONNECT:
      return data === undefined || isObject;
    case PacketType.DISCONNECT:
      return data === undefined;
    case PacketType.CONNECT_ERROR:
      return typeof data === 'string' || isObject;
    case PacketType.ACK:
      return Array.isArray(data) && id !== undefined;
    default:
      if (!Array.isArray(data) || RESERVED_EVENTS.has(data[0])) return false;
      return typeof data[0] === 'string' || typeof data[0] === 'number';
  }
}
