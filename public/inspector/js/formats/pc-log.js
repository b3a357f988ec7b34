// The log of one RTCPeerConnection as webrtc-internals and rtcstats write it: entries with a type, a value and a time.
// Both name their entries after the methods and events, with OnSuccess and OnFailure behind them for the results.

/** Methods that take time, and whose outcome is a later entry. */
const ASYNC = ['createOffer', 'createAnswer', 'setLocalDescription', 'setRemoteDescription', 'addIceCandidate'];

const SYNC = ['addTrack', 'removeTrack', 'addTransceiver', 'createDataChannel', 'restartIce', 'setConfiguration', 'close'];

const STATES = {
  onsignalingstatechange: 'signaling',
  oniceconnectionstatechange: 'ice',
  onconnectionstatechange: 'connection',
  onicegatheringstatechange: 'gathering',
  // Before 2024:
  signalingstatechange: 'signaling',
  iceconnectionstatechange: 'ice',
  connectionstatechange: 'connection',
  icegatheringstatechange: 'gathering',
};

/** Entries that say nothing which the others do not say. */
const SILENT = ['transceiveradded', 'transceivermodified', 'onnegotiationneeded', 'negotiationneeded', 'constraints', 'onremovestream', 'onaddstream', 'remove', 'stop'];

export class PcLog {
  #writer;
  #page;
  #pc;
  #states = { signaling: 'stable', ice: 'new', connection: 'new', gathering: 'new' };
  #pending = [];
  #senders = 0;
  #mlines = 0;
  /** Types of entries that are not known here. @type {Set<string>} */
  unknown = new Set();
  hasErrors = false;

  /** @param {import('./probe-writer.js').ProbeWriter} writer @param {string} page @param {number} pc */
  constructor(writer, page, pc) {
    this.#writer = writer;
    this.#page = page;
    this.#pc = pc;
  }

  /** @param {string} type @param {unknown} value @param {number} time epoch, ms */
  add(type, value, time) {
    const [, method, end = ''] = /^(.*?)(OnSuccess|OnFailure|Failed)?$/.exec(type);
    const plain = type.toLowerCase();
    const content = readValue(value);
    if (ASYNC.includes(method)) this.#method(method, end, content, time);
    else if (SYNC.includes(method)) this.#call(method, content, time);
    else if (Object.hasOwn(STATES, plain)) this.#state(STATES[plain], content, time);
    else if (plain === 'onicecandidate' || plain === 'icecandidate') {
      const candidate = typeof content?.candidate === 'string' ? content : null;
      this.#write('candidate', { candidate }, time);
    } else if (plain === 'onicecandidateerror' || plain === 'icecandidateerror') this.#candidateError(content, time);
    else if (plain === 'ontrack' || plain === 'track') {
      this.#write('track', { trackKind: kindOf(content), muted: false }, time);
    } else if (plain === 'ondatachannel' || plain === 'datachannel') {
      const [id, label] = Array.isArray(content) ? content : [content?.id, content?.label];
      this.#write('channel', { label: textOf(label), id: Number.isFinite(id) ? id : null, local: false }, time);
    } else if (!SILENT.includes(plain)) this.unknown.add(type.slice(0, 60));
  }

  stats(figures, time) {
    this.#write('stats', figures, time);
  }

  /** A candidate that was not refused has been added: dumps only note failures. */
  finish() {
    for (const { method, call, entry } of this.#pending) {
      if (method === 'addIceCandidate' && entry) this.#writer.writeAfter(entry, 'result', this.#result(method, call, true));
    }
  }

  #write(what, fields, time) {
    return this.#writer.write(this.#page, what, { pc: this.#pc, ...fields }, time);
  }

  #method(method, end, content, time) {
    if (!end) {
      const isCandidate = method === 'addIceCandidate';
      const args = isCandidate ? content : typeof content?.sdp === 'string' || content?.type ? content : {};
      this.#call(method, args, time, true);
      return;
    }
    const place = this.#pending.findIndex((one) => one.method === method);
    // Failures of candidates are noted at once, so they belong to the newest.
    const last = this.#pending.findLastIndex((one) => one.method === method);
    const [pending] = this.#pending.splice(method === 'addIceCandidate' ? last : place, place < 0 ? 0 : 1);
    const ok = end === 'OnSuccess';
    if (!ok) this.hasErrors = true;
    const description = typeof content?.sdp === 'string' ? { type: textOf(content.type), sdp: content.sdp } : null;
    if (ok && pending?.description) this.#mlines = (pending.description.match(/^m=/gm) ?? []).length;
    this.#write('result', {
      ...this.#result(method, pending?.call ?? this.#writer.nextCall(this.#page), ok),
      error: ok ? null : errorOf(content),
      ...(ok && description ? { sdp: description } : {}),
    }, time);
  }

  #result(method, call, ok) {
    return { pc: this.#pc, call, method, ok, error: null, state: this.#states.signaling };
  }

  #call(method, content, time, isAsync = false) {
    const call = this.#writer.nextCall(this.#page);
    if (method === 'addTrack' || method === 'addTransceiver') this.#senders += 1;
    const args = method === 'addTrack' ? { kind: kindOf(content) } : content ?? {};
    const fields = { call, method, args, state: this.#states.signaling, senders: this.#senders, mlines: this.#mlines };
    const entry = this.#write('call', fields, time);
    if (isAsync) {
      const description = typeof content?.sdp === 'string' ? content.sdp : null;
      this.#pending.push({ method, call, entry, description });
    } else this.#write('result', this.#result(method, call, true), time);
    if (method === 'createDataChannel') this.#write('channel', { label: textOf(content?.label ?? content?.[0]), id: null, local: true }, time);
  }

  #state(machine, content, time) {
    if (typeof content !== 'string') return;
    this.#states[machine] = content.slice(0, 40);
    this.#write('states', { ...this.#states }, time);
    if (machine === 'gathering' && content === 'complete') this.#write('candidate', { candidate: null }, time);
  }

  #candidateError(content, time) {
    const { url, errorCode, error_code: code, errorText, error_text: words } = typeof content === 'object' && content ? content : /** @type {any} */ ({});
    this.#write('candidate-error', { url: textOf(url), code: Number(errorCode ?? code) || 0, text: textOf(errorText ?? words) }, time);
  }
}

/** A value is JSON, JSON in a text, the arguments of a call, or (before 2024) `name: value, name: value`. */
function readValue(value) {
  const one = typeof value === 'string' ? parseText(value) : value;
  if (Array.isArray(one) && typeof one[0] === 'object' && one[0]) return one[0];
  if (typeof one === 'object' && one && Object.hasOwn(one, '0')) return typeof one[0] === 'object' ? one[0] : Object.values(one);
  return one;
}

function parseText(text) {
  if (/^\s*[[{"]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  const description = /^type: (\w+), sdp: (.*)$/s.exec(text);
  if (description) return { type: description[1], sdp: description[2] };
  const candidate = /^sdpMid: (\S*), sdpMLineIndex: (\d+), candidate: ([^\n]*?)(?:, url: .*)?$/.exec(text);
  if (candidate) return { sdpMid: candidate[1], sdpMLineIndex: Number(candidate[2]), candidate: candidate[3] };
  if (/^(\w+: [^,]*)(, \w+: [^,]*)+$/.test(text.slice(0, 1000))) return Object.fromEntries(text.slice(0, 1000).split(', ').map((part) => part.split(/: (.*)/s, 2)));
  return text;
}

/** The name of an error stands before its text, or has to be guessed: webrtc-internals leaves it out. */
function errorOf(content) {
  const text = typeof content === 'string' ? content : textOf(content?.message ?? content?.error);
  const [, name, message] = /^(\w*(?:Error|Exception)): (.*)$/s.exec(text) ?? [];
  if (name) return { name, message };
  const isState = /wrong state|remote description was null|is closed/i.test(text);
  return { name: isState ? 'InvalidStateError' : 'Error', message: text };
}

/** `audio` or `video`, from `{kind}`, `[kind, id …]` or `audio:id stream:id`. */
function kindOf(content) {
  const text = textOf(Array.isArray(content) ? content[0] : typeof content === 'string' ? content : content?.kind);
  return /^(audio|video)/.exec(text)?.[1] ?? '';
}

function textOf(value) {
  return typeof value === 'string' ? value.slice(0, 2000) : '';
}
