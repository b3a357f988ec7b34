// Folds the feed's records into clients, pages, calls and rooms, one record at a time. The cost of a record does
// not grow with those before it. A recording is a stranger's file: no record, however odd, makes this throw.

import { Calls } from './calls.js';
import { callsOfDump } from './dump-calls.js';
import { isObject, markOf, nameOf } from './payload.js';
import { Pages } from './pages.js';
import { Rooms } from './rooms.js';

/**
 * @typedef {{n: number, at: number}} Mark which record, and when, in milliseconds since the server's start
 *
 * @typedef {object} Client a peer: it keeps its lane when it returns after a broken connection
 * @property {string} id
 * @property {string} userName
 * @property {string} as `socketio`, `rooms` (bare WebSocket) or `pairs`
 * @property {string} transport
 * @property {string} lobby
 * @property {string} from the ordinal of its address
 * @property {boolean} isConnected
 * @property {Mark[]} connects
 * @property {(Mark & {end: string})[]} ends
 * @property {string | null} page the name of the page with the probe, `w1`
 * @property {boolean} isPageCertain joined by an ice-ufrag, not by the order of arrival
 * @property {object | null} offering its newest call as the offerer
 * @property {object | null} answering its newest call as the answerer
 * @property {Map<string, Mark>} sent when it last sent which event
 */

/** A client that sends more different events than this does not mean them. */
const MOST_EVENTS = 100;

export class Run {
  /** @param {object | null} header */
  constructor(header = null) {
    this.header = header;
    /** What was lost at the last restart of the server. @type {null | {clients: string[], calls: string[][]}} */
    this.restart = null;
    this.#empty();
  }

  #empty() {
    /** @type {object[]} */
    this.records = [];
    /** By number, since the first ones may be missing. @type {Map<number, object>} */
    this.byNumber = new Map();
    /** @type {Map<string, Client>} */
    this.clients = new Map();
    /** The clients of calls and rooms that are connected, by lobby. @type {Map<string, Set<string>>} */
    this.present = new Map();
    /** Connections that were not admitted. @type {object[]} */
    this.rejects = [];
    /** `refuse` records. @type {object[]} */
    this.refusals = [];
    /** Received events that the server does not know. @type {object[]} */
    this.unknown = [];
    /** Records that could not be read. */
    this.ignored = 0;
    /** The time of the newest record. */
    this.at = 0;
    this.pageBook = new Pages(this);
    this.callBook = new Calls(this);
    this.roomBook = new Rooms(this);
  }

  /** @type {Map<string, import('./pages.js').Page>} */
  get pages() {
    return this.pageBook.pages;
  }

  /** The page of a probe's record: one that has connected again has several names. */
  pageOf(name) {
    return this.pageBook.pageOf(name);
  }

  /** @type {import('./call.js').Call[]} */
  get calls() {
    return this.header?.dump ? callsOfDump(this) : this.callBook.calls;
  }

  get rooms() {
    return this.roomBook.rooms;
  }

  /** The record with this number, if it is (still) there. */
  record(n) {
    return this.byNumber.get(n);
  }

  /** The call to which a record belongs first of all. */
  callOf(n) {
    return this.callBook.byRecord.get(n) ?? null;
  }

  /** Whether a message to the lobby reaches any client. */
  isReached({ lobby, except }) {
    const present = this.present.get(nameOf(lobby));
    const spared = Array.isArray(except) ? except.slice(0, 64).filter((id) => present?.has(id)) : [];
    return (present?.size ?? 0) > spared.length;
  }

  userName(client) {
    return this.clients.get(client)?.userName ?? '';
  }

  /** A header that names another start is that of a restarted server: all is forgotten but for what was lost. */
  setHeader(header) {
    if (!isObject(header)) return;
    const before = this.header;
    const isRestart = isObject(before) && header.startedAt !== before.startedAt;
    if (isRestart) {
      const running = this.calls.filter(({ state }) => state === 'offered' || state === 'answered');
      const lost = {
        clients: [...this.clients.values()].filter(({ isConnected }) => isConnected).map(({ userName }) => userName),
        calls: running.map(({ offererName, answererName }) => [offererName, answererName]),
      };
      this.#empty();
      this.restart = lost;
    }
    this.header = header;
  }

  /** @param {object} record */
  add(record) {
    if (!isReadable(record) || this.byNumber.has(record.n)) {
      this.ignored += 1;
      return;
    }
    this.records.push(record);
    this.byNumber.set(record.n, record);
    this.at = Math.max(this.at, record.at);
    switch (record.kind) {
      case 'connect':
        return this.#connect(record);
      case 'upgrade':
        return this.#upgrade(record);
      case 'disconnect':
        return this.#disconnect(record);
      case 'reject':
        this.rejects.push(record);
        if (record.as !== 'tls') this.pageBook.rejected(record);
        return undefined;
      case 'probe':
        return this.pageBook.add(record);
      case 'refuse':
        this.refusals.push(record);
        break;
      case 'receive':
        this.#receive(record);
        break;
      default:
    }
    if (this.roomBook.add(record)) return undefined;
    return this.callBook.add(record);
  }

  #receive(record) {
    if (record.unknown === true) this.unknown.push(record);
    const sent = this.clients.get(nameOf(record.client))?.sent;
    const event = nameOf(record.event);
    if (sent && (sent.has(event) || sent.size < MOST_EVENTS)) sent.set(event, markOf(record));
  }

  #connect(record) {
    const id = nameOf(record.client);
    const client = this.clients.get(id) ?? newClient(id);
    this.clients.set(id, client);
    client.userName = nameOf(record.userName, client.userName || 'guest');
    client.as = nameOf(record.as, 'socketio');
    client.transport = nameOf(record.transport);
    client.lobby = nameOf(record.lobby);
    client.from = nameOf(record.from);
    client.isConnected = true;
    client.connects.push(markOf(record));
    if (client.as === 'socketio') {
      const present = this.present.get(client.lobby) ?? new Set();
      this.present.set(client.lobby, present.add(id));
    }
    this.pageBook.connected(client, record);
    this.roomBook.connected(client);
  }

  #upgrade(record) {
    const client = this.clients.get(nameOf(record.client));
    if (client) client.transport = 'websocket';
  }

  #disconnect(record) {
    const client = this.clients.get(nameOf(record.client));
    if (!client) return;
    client.isConnected = false;
    this.present.get(client.lobby)?.delete(client.id);
    client.ends.push({ ...markOf(record), end: nameOf(record.end) });
    this.callBook.disconnected(client, record);
    this.roomBook.disconnected(client, record);
  }
}

/** @returns {Client} */
function newClient(id) {
  return {
    id,
    userName: '',
    as: 'socketio',
    transport: '',
    lobby: '',
    from: '',
    isConnected: false,
    connects: [],
    ends: [],
    page: null,
    isPageCertain: false,
    offering: null,
    answering: null,
    sent: new Map(),
  };
}

const isReadable = (record) =>
  isObject(record) && Number.isSafeInteger(record.n) && Number.isFinite(record.at) && typeof record.kind === 'string';
