// The pages with the probe: what their browsers did, and which client of the server each page is. Pages and
// clients are joined here and nowhere else.

import { descriptionOfArgs, typeOf } from './methods.js';
import { isObject, markOf, nameOf, ufragOfCandidate, ufragsOf } from './payload.js';
import { newPc } from './pc.js';

/** A page's own connection may overtake the probe's: by this many milliseconds at most. */
const OVERTAKES_BY = 1500;

/** Reports wait in the page while it is not connected: they are at most this old, in milliseconds. */
const OLDEST = 120_000;

/**
 * @typedef {import('./run.js').Mark} Mark
 * @typedef {import('./pc.js').Pc} Pc
 *
 * @typedef {object} Page
 * @property {string} page
 * @property {number} n
 * @property {number} at
 * @property {string} from
 * @property {string} path
 * @property {string} title
 * @property {string} protocol
 * @property {boolean} isSecure
 * @property {boolean} hasCamera
 * @property {boolean} isOwn
 * @property {boolean} isHidden
 * @property {number} reportedAt when the newest thing happened that the probe has reported
 * @property {Mark | null} gone
 * @property {Mark | null} rejected the server has not admitted its client
 * @property {string | null} client
 * @property {boolean} isCertain joined by an ice-ufrag
 * @property {Map<number, Pc>} pcs
 * @property {(Mark & {constraints: any, isDisplay: boolean, call: any, result: null | (Mark & {ok: boolean,
 *   error: {name: string, message: string} | null, kinds: string[]})})[]} media
 * @property {(Mark & {message: string, source: string, line: number | null, isRejection: boolean})[]} errors
 * @property {(Mark & {videos: object[]}) | null} elements
 */

export class Pages {
  #run;
  /** Pages and connects without a partner, by address, oldest first. */
  #lonelyPages = new Map();
  #lonelyConnects = new Map();
  /** A page that connects again has another name, and the same id. */
  #byId = new Map();
  /** By each of their names. */
  #byName = new Map();

  /** @param {import('./run.js').Run} run */
  constructor(run) {
    this.#run = run;
    /** @type {Map<string, Page>} */
    this.pages = new Map();
    /** By its own fragment. @type {Map<string, Pc>} */
    this.byLocalUfrag = new Map();
    /** By the fragment of the other side: the connections that have set such a description. @type {Map<string, Pc[]>} */
    this.byRemoteUfrag = new Map();
  }

  /** The page of a probe's record. @returns {Page | null} */
  pageOf(name) {
    return this.#byName.get(name) ?? null;
  }

  /** The newest connection of the page of this client, if it has the probe. @returns {Pc | null} */
  newestPcOf(client) {
    const page = this.pages.get(this.#run.clients.get(client)?.page);
    return page ? ([...page.pcs.values()].at(-1) ?? null) : null;
  }

  /** @param {import('./run.js').Client} client @param {object} record */
  connected(client, record) {
    const before = this.pages.get(client.page);
    if (record.back === true && before && !before.gone) return; // The same page, on a new connection.
    const lonely = this.#lonelyPages.get(client.from) ?? [];
    while (lonely.length > 0) {
      const page = lonely.shift();
      if (page.gone || page.client) continue;
      this.#join(page, client, false);
      return;
    }
    if (before?.gone) client.page = null;
    const connects = this.#lonelyConnects.get(client.from) ?? [];
    connects.push({ client, at: record.at });
    this.#lonelyConnects.set(client.from, connects.slice(-64));
  }

  /** The server has not admitted the next page of this address. */
  rejected(record) {
    const lonely = this.#lonelyPages.get(nameOf(record.from)) ?? [];
    while (lonely.length > 0) {
      const page = lonely.shift();
      if (page.gone || page.client) continue;
      page.rejected = markOf(record);
      return;
    }
  }

  #join(page, client, isCertain) {
    const other = this.pages.get(client.page);
    if (other && other !== page && other.client === client.id) {
      if (isCertain && !other.isCertain) other.client = null;
    }
    const former = this.#run.clients.get(page.client);
    if (former && former !== client && former.page === page.page) former.page = null;
    page.client = client.id;
    client.page = page.page;
    page.isCertain ||= isCertain;
    client.isPageCertain = page.isCertain;
  }

  add(raw) {
    const name = nameOf(raw.page);
    // A report has waited in the page for `age` milliseconds.
    const age = raw.age > 0 ? Math.min(raw.age, OLDEST) : 0;
    const record = age > 0 ? { ...raw, at: Math.max(0, raw.at - age) } : raw;
    if (record.what === 'page') return this.#page(name, record);
    const page = this.#byName.get(name);
    if (!page) return undefined; // Its first message is older than the recording.
    if (record.what !== 'gone') page.reportedAt = Math.max(page.reportedAt, record.at);
    switch (record.what) {
      case 'gone':
        page.gone = markOf(record);
        return undefined;
      case 'media':
        page.media.push({ ...markOf(record), constraints: record.constraints, isDisplay: record.display === true, call: record.call, result: null });
        return undefined;
      case 'media-result':
        return this.#mediaResult(page, record);
      case 'elements':
        page.elements = { ...markOf(record), videos: Array.isArray(record.videos) ? record.videos.filter(isObject) : [] };
        return undefined;
      case 'error':
      case 'rejection':
        page.errors.push({
          ...markOf(record),
          message: nameOf(record.message),
          source: nameOf(record.source),
          line: Number.isFinite(record.line) ? record.line : null,
          isRejection: record.what === 'rejection',
        });
        return undefined;
      case 'visibility':
        page.isHidden = record.hidden === true;
        return undefined;
      default:
        return Number.isFinite(record.pc) ? this.#connection(page, record) : undefined;
    }
  }

  #page(name, record) {
    const id = nameOf(record.id);
    const known = this.#byName.get(name) ?? (id ? this.#byId.get(id) : null);
    if (known) {
      known.gone = null; // The probe's connection is back.
      this.#byName.set(name, known);
      return;
    }
    const page = {
      page: name,
      ...markOf(record),
      from: nameOf(record.from),
      path: nameOf(record.path),
      title: nameOf(record.title),
      protocol: nameOf(record.base),
      isSecure: record.secure !== false,
      hasCamera: record.camera !== false,
      isOwn: record.own === true,
      isHidden: false,
      reportedAt: record.at,
      gone: null,
      rejected: null,
      client: null,
      isCertain: false,
      pcs: new Map(),
      media: [],
      errors: [],
      elements: null,
    };
    this.pages.set(name, page);
    this.#byName.set(name, page);
    if (id) this.#byId.set(id, page);
    const connects = this.#lonelyConnects.get(page.from) ?? [];
    while (connects.length > 0) {
      const { client, at } = connects.shift();
      if (!client.isConnected || client.page || record.at - at > OVERTAKES_BY) continue;
      this.#join(page, client, false);
      return;
    }
    const lonely = this.#lonelyPages.get(page.from) ?? [];
    lonely.push(page);
    this.#lonelyPages.set(page.from, lonely);
  }

  #mediaResult(page, record) {
    const media = page.media.findLast(({ call, result }) => call === record.call && !result);
    if (!media) return;
    const kinds = Array.isArray(record.kinds) ? record.kinds.map((kind) => nameOf(kind)) : [];
    media.result = { ...markOf(record), ok: record.ok === true, error: errorIn(record), kinds };
  }

  #connection(page, record) {
    if (record.what === 'pc') {
      page.pcs.set(record.pc, newPc(page.page, record));
      return;
    }
    const pc = page.pcs.get(record.pc);
    if (!pc) return;
    const mark = markOf(record);
    switch (record.what) {
      case 'call':
        this.#called(pc, record);
        break;
      case 'result':
        this.#returned(pc, record);
        break;
      case 'states':
        for (const machine of Object.keys(pc.states)) pc.states[machine] = nameOf(record[machine], pc.states[machine]);
        pc.history.push({ ...mark, ...pc.states });
        settleByState(pc, mark);
        break;
      case 'candidate':
        if (!isObject(record.candidate)) {
          pc.gathered = mark;
          break;
        }
        pc.candidates.push({ ...mark, candidate: record.candidate });
        this.#learnLocal(pc, [ufragOfCandidate(record.candidate)]);
        break;
      case 'candidate-error':
        pc.candidateErrors.push({ ...mark, url: nameOf(record.url), code: Number(record.code), text: nameOf(record.text) });
        break;
      case 'track':
        pc.tracks.push({ ...mark, track: nameOf(kindIn(record)), isMuted: record.muted === true });
        break;
      case 'track-state':
        pc.trackStates.push({ ...mark, track: nameOf(kindIn(record)), isLocal: record.local === true, event: nameOf(record.event) });
        break;
      case 'channel':
        pc.channels.push({ ...mark, label: nameOf(record.label), isLocal: record.local === true, state: 'connecting' });
        break;
      case 'channel-state': {
        const channel = pc.channels.findLast(({ label }) => label === nameOf(record.label));
        if (channel) channel.state = nameOf(record.state);
        break;
      }
      case 'stats':
        pc.firstStats ??= { ...mark, framesDecoded: Number(record.framesDecoded) || 0, framesSent: Number(record.framesSent) || 0 };
        if (!pc.stats || record.received > pc.stats.received) pc.grewAt = mark;
        pc.stats = record;
        break;
      default:
    }
  }

  #called(pc, record) {
    const method = {
      ...markOf(record),
      call: record.call,
      method: nameOf(record.method),
      args: record.args,
      state: nameOf(record.state),
      senders: Number(record.senders) || 0,
      mlines: Number(record.mlines) || 0,
      result: null,
    };
    pc.methods.push(method);
    if (method.method === 'close') pc.closed ??= markOf(record);
    const description = descriptionOfArgs(record.args);
    if (method.method === 'setLocalDescription') this.#learnLocal(pc, ufragsOf(description));
    if (method.method === 'setRemoteDescription') this.#learnRemote(pc, ufragsOf(description));
  }

  #returned(pc, record) {
    // Results come soon after their calls, so the search from the end is short.
    const method = pc.methods.findLast(({ call, result }) => call === record.call && (!result || result.isInferred));
    if (!method) return;
    const description = isObject(record.sdp) ? record.sdp : null;
    method.result = { ...markOf(record), ok: record.ok === true, error: errorIn(record), description };
    this.#learnLocal(pc, ufragsOf(description));
  }

  #learnLocal(pc, ufrags) {
    for (const ufrag of ufrags) {
      // The first one has it: others may set the same description by mistake.
      if (!ufrag || this.byLocalUfrag.has(ufrag)) continue;
      this.byLocalUfrag.set(ufrag, pc);
      const end = this.#run.callBook.endByUfrag(ufrag);
      if (end) this.link(pc, end.call, end.side);
    }
  }

  #learnRemote(pc, ufrags) {
    for (const ufrag of ufrags) {
      const pcs = this.byRemoteUfrag.get(ufrag) ?? [];
      if (pcs.includes(pc) || pcs.length > 64) continue;
      this.byRemoteUfrag.set(ufrag, [...pcs, pc]);
      const end = this.#run.callBook.endByUfrag(ufrag);
      if (end) this.linkReceiver(pc, end.call, end.side === 'offerer' ? 'answerer' : 'offerer');
    }
  }

  /** This connection's own fragment is that of one side of the call: its page is that side's client. */
  link(pc, call, side) {
    pc.call = call;
    pc.side = side;
    call.pcs[side] = pc;
    const client = this.#run.clients.get(call[side]);
    const page = this.pages.get(pc.page);
    if (client && page) this.#join(page, client, true);
  }

  /** This connection has set a description of the call: its page may be the other side, or one of several. */
  linkReceiver(pc, call, side) {
    const isOther = !call[side] || this.pages.get(pc.page)?.client === call[side];
    if (!isOther || call.pcs[side]) return;
    pc.call ??= call;
    pc.side ??= side;
    call.pcs[side] = pc;
  }
}

/** Which signaling state shows that a description was set. */
const SET_STATES = {
  'setLocalDescription offer': 'have-local-offer',
  'setLocalDescription answer': 'stable',
  'setRemoteDescription offer': 'have-remote-offer',
  'setRemoteDescription answer': 'stable',
};

/** The result of a promise that the page leaves alone is reported late. The state tells it earlier. */
function settleByState(pc, mark) {
  const method = pc.methods.findLast(({ method: name, result }) => name.endsWith('Description') && !result);
  if (!method || SET_STATES[`${method.method} ${typeOf(method)}`] !== pc.states.signaling || method.state === pc.states.signaling) return;
  method.result = { ...mark, ok: true, error: null, description: null, isInferred: true };
}

const kindIn = (record) => record.trackKind ?? '';

function errorIn({ error }) {
  return isObject(error) ? { name: nameOf(error.name, 'Error'), message: nameOf(error.message) } : null;
}
