// The probe: reports to the server what a page does with WebRTC. It is the first script of a page that
// is opened while an inspector watches (docs/inspector.md). It changes nothing that the page can see
// but what the table there lists, and throws nothing into the page.
//
// The server writes the settings in place of the text "__PROBE__" and puts the file into the page as
// one line, so that the lines of the page keep their numbers. So this file must hold ASCII only, no end
// tag of a script, no beginning of an HTML comment, a semicolon after each statement, and comments on
// lines of their own only.
(() => {
  'use strict';

  const settings = "__PROBE__";
  document.currentScript?.remove();
  if (!settings.url || window.top !== window || !window.RTCPeerConnection) return;

  // Taken before the page can replace them.
  const { JSON, Promise, Proxy, Reflect, WeakMap, WeakRef, WebSocket, setTimeout, performance } = window;
  const { then } = Promise.prototype;
  const { addEventListener } = EventTarget.prototype;
  const { send: sendFrame, close: closeSocket } = WebSocket.prototype;
  const bytesOf = ((encoder) => (text) => encoder.encode(text).length)(new TextEncoder());

  /** What the probe does never fails the page. */
  const attempt = (work, otherwise) => {
    try {
      return work();
    } catch {
      return otherwise;
    }
  };
  const listen = (target, names, listener) => {
    for (const name of names.split(' ')) {
      Reflect.apply(addEventListener, target, [name, (event) => attempt(() => listener(event)), true]);
    }
  };

  // ---- Messages

  const MOST_WAITING = 2_000;
  const MOST_BYTES = 60 * 1024;
  const MOST_IN_A_SECOND = 150;
  const PAUSES = [1_000, 5_000, 20_000];
  /** The same for all connections of this page. */
  const id = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // The base address of the document is the page's own affair.
  const address = new URL(settings.url, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

  let waiting = [];
  let socket = null;
  let isOpen = false;
  let failures = 0;
  let isPlanned = false;
  let second = 0;
  let sentInSecond = 0;

  const report = (what, fields) => {
    waiting.push([performance.now(), { what, ...fields }]);
    if (waiting.length > MOST_WAITING) waiting.shift();
    plan(20);
  };

  function plan(ms) {
    if (isPlanned || !isOpen) return;
    isPlanned = true;
    setTimeout(() => {
      isPlanned = false;
      attempt(flush);
    }, ms);
  }

  /** Sends what waits. `age` says how many milliseconds ago it happened. */
  function flush() {
    const now = performance.now();
    if (now - second >= 1_000) [second, sentInSecond] = [now, 0];
    while (isOpen && waiting.length && sentInSecond < MOST_IN_A_SECOND) {
      const frame = [];
      let size = 2;
      while (waiting.length && sentInSecond < MOST_IN_A_SECOND) {
        const [at, message] = waiting[0];
        const text = attempt(() => JSON.stringify({ ...message, age: Math.round(now - at) }), '');
        const bytes = bytesOf(text) + 1;
        if (frame.length && size + bytes > MOST_BYTES) break;
        waiting.shift();
        if (!text || bytes + 2 > MOST_BYTES) continue;
        frame.push(text);
        size += bytes;
        sentInSecond += 1;
      }
      if (frame.length) Reflect.apply(sendFrame, socket, [`[${frame}]`]);
    }
    if (waiting.length) plan(1_050 - (now - second));
  }

  function connect() {
    const mine = new WebSocket(address);
    socket = mine;
    listen(mine, 'open', () => whenTitled(() => {
      if (socket !== mine) return;
      [isOpen, failures] = [true, 0];
      waiting.unshift([performance.now(), pageMessage()]);
      flush();
    }));
    listen(mine, 'close', () => {
      if (socket !== mine) return;
      [socket, isOpen] = [null, false];
      const pause = PAUSES[failures];
      failures += 1;
      if (pause) setTimeout(() => socket ?? attempt(connect), pause);
      else waiting = [];
    });
  }

  const pageMessage = () => ({
    what: 'page',
    id,
    path: location.pathname,
    title: document.title.slice(0, 200),
    secure: isSecureContext,
    userAgent: navigator.userAgent,
    camera: Boolean(navigator.mediaDevices),
    own: Boolean(settings.own),
    base: location.protocol,
  });

  /** The title comes after this script; a page that takes long to load is reported without it. */
  function whenTitled(work) {
    if (document.readyState !== 'loading') return work();
    let isDone = false;
    const once = () => {
      if (!isDone) work();
      isDone = true;
    };
    listen(document, 'DOMContentLoaded', once);
    setTimeout(() => attempt(once), 250);
  }

  // ---- Functions that look native

  /** Proxy of a function to the function. */
  const natives = new WeakMap();
  const disguise = (original, handler) => {
    const proxy = new Proxy(original, handler);
    natives.set(proxy, original);
    return proxy;
  };
  /** The object among `object` and its prototypes that has the property. */
  const ownerOf = (object, name) => {
    while (object && !Object.hasOwn(object, name)) object = Reflect.getPrototypeOf(object);
    return object;
  };
  const descriptorOf = (object, name) => Reflect.getOwnPropertyDescriptor(ownerOf(object, name) ?? {}, name);
  const replace = (object, name, handler) => {
    const descriptor = descriptorOf(object, name);
    if (typeof descriptor?.value !== 'function') return;
    Reflect.defineProperty(ownerOf(object, name), name, { ...descriptor, value: disguise(descriptor.value, handler) });
  };
  replace(Function.prototype, 'toString', {
    apply: (original, self, args) => Reflect.apply(original, natives.get(self) ?? self, args),
  });

  /** Promises that nothing observes yet, with the function that reports how they end. */
  const unobserved = new WeakMap();

  /**
   * Calls `settle(isOk, value)` once `promise` is settled. A `then` of ours would keep the browser from
   * telling the page of a rejection that the page does not handle. So it waits until the page observes
   * the promise, for which each way (then, await, Promise.all ...) reads `constructor`. A rejection that
   * comes before reaches the listener for `unhandledrejection` below.
   */
  function observe(promise, settle) {
    let isObserved = false;
    let isTouched = false;
    let isOurs = false;
    let isSettled = false;
    const settleOnce = (isOk, value) => {
      if (isSettled) return;
      isSettled = true;
      if (!isTouched) Reflect.deleteProperty(promise, 'constructor');
      attempt(() => settle(isOk, value));
    };
    const look = () => {
      if (isObserved || isSettled) return;
      isObserved = true;
      isOurs = true;
      Reflect.apply(then, promise, [(value) => settleOnce(true, value), (error) => {
        settleOnce(false, error);
        if (!isTouched) Promise.reject(error);
      }]);
      isOurs = false;
    };
    const touch = () => {
      isTouched = true;
      Reflect.deleteProperty(promise, 'constructor');
      attempt(look);
    };
    unobserved.set(promise, settleOnce);
    Reflect.defineProperty(promise, 'constructor', {
      configurable: true,
      get() {
        if (!isTouched && !isOurs) touch();
        return Promise.prototype.constructor;
      },
      set(value) {
        touch();
        Reflect.defineProperty(promise, 'constructor', { value, writable: true, enumerable: true, configurable: true });
      },
    });
    // Of a promise that the page leaves alone, the success is learnt late.
    setTimeout(() => {
      if (!isTouched) attempt(look);
    }, 1_000);
  }

  // ---- What is reported of objects

  const LONGEST = 20_000;
  const text = (value) => `${value}`.slice(0, LONGEST);
  const plain = (value) => {
    if (typeof value === 'string') return text(value);
    return value === null || ['number', 'boolean', 'undefined'].includes(typeof value) ? value : `(${typeof value})`;
  };
  const getters = (name, ...keys) => {
    const { prototype } = window[name] ?? {};
    return keys.map((key) => [key, descriptorOf(prototype, key)?.get]);
  };
  const read = (fields, object) => {
    const found = {};
    for (const [key, get] of fields) if (get) found[key] = attempt(() => plain(Reflect.apply(get, object, [])));
    return found;
  };
  /** Reads an object that the page made: its own values only, since a getter might have effects. */
  const pick = (object, fields) => {
    if (object === null || typeof object !== 'object') return plain(object);
    const found = read(fields, object);
    for (const [key] of fields) {
      const own = Reflect.getOwnPropertyDescriptor(object, key);
      if (own && 'value' in own) found[key] = plain(own.value);
    }
    return found;
  };
  const valueOf = (object, key) => {
    const own = typeof object === 'object' && object ? Reflect.getOwnPropertyDescriptor(object, key) : null;
    return own?.value;
  };

  const DESCRIPTION = getters('RTCSessionDescription', 'type', 'sdp');
  const CANDIDATE = getters('RTCIceCandidate', 'candidate', 'sdpMid', 'sdpMLineIndex', 'usernameFragment');
  const TRACK = getters('MediaStreamTrack', 'kind', 'id', 'enabled', 'muted', 'readyState');
  const CHANNEL = getters('RTCDataChannel', 'label', 'ordered', 'negotiated', 'id');
  const STATES = getters('RTCPeerConnection', 'signalingState', 'iceConnectionState', 'connectionState', 'iceGatheringState');
  const OFFER = ['iceRestart', 'offerToReceiveAudio', 'offerToReceiveVideo'].map((key) => [key]);
  const errorOf = (error) => attempt(() => (error instanceof Error || error instanceof DOMException
    ? { name: text(error.name), message: text(error.message).slice(0, 500) }
    : { name: typeof error, message: text(plain(error)).slice(0, 500) }), null);
  const configOf = (config) => {
    const servers = [valueOf(config, 'iceServers') ?? []].flat(1);
    return {
      iceServers: servers.flatMap((server) => [valueOf(server, 'urls') ?? valueOf(server, 'url') ?? []].flat(1)).slice(0, 50).map(plain),
      iceTransportPolicy: plain(valueOf(config, 'iceTransportPolicy')),
      bundlePolicy: plain(valueOf(config, 'bundlePolicy')),
      ...(settings.relay && { forced: true }),
    };
  };
  /**
   * While the inspector forces the relay: the same configuration, for the relay only, and with this server's ICE
   * servers where the page names no TURN server. What is no configuration stays, for the browser to refuse.
   */
  const forced = (config) => {
    if (!settings.relay || !['object', 'function', 'undefined'].includes(typeof config)) return config;
    const own = valueOf(config, 'iceServers') ?? [];
    const hasRelay = configOf(config).iceServers.some((url) => /^turns?:/i.test(url));
    const given = config ?? {};
    return Object.create(Reflect.getPrototypeOf(given), {
      ...Object.getOwnPropertyDescriptors(given),
      iceTransportPolicy: { value: 'relay', enumerable: true },
      ...(!hasRelay && Array.isArray(own) && { iceServers: { value: [...own, ...settings.relay], enumerable: true } }),
    });
  };
  const channelOf = ([label, options]) => ({ label: plain(label), ...(options && pick(options, CHANNEL.slice(1))) });

  // ---- Peer connections

  const RealPeerConnection = window.RTCPeerConnection;
  const { getSenders, getTransceivers, getStats } = RealPeerConnection.prototype;
  const numbers = new WeakMap();
  const withChannel = new WeakSet();
  const beats = [];
  let lastNumber = 0;
  let lastCall = 0;

  const stateOf = (pc) => read(STATES, pc).signalingState;
  const listOf = (pc, method) => attempt(() => Reflect.apply(method, pc, []), []);

  function observeConnection(pc, config) {
    const number = (lastNumber += 1);
    numbers.set(pc, number);
    report('pc', { pc: number, config: attempt(() => configOf(config)) });
    const states = () => reportStates(pc, number);
    listen(pc, 'signalingstatechange iceconnectionstatechange connectionstatechange icegatheringstatechange', states);
    listen(pc, 'icecandidate', ({ candidate }) => report('candidate', { pc: number, candidate: candidate && read(CANDIDATE, candidate) }));
    listen(pc, 'icecandidateerror', ({ url, errorCode, errorText }) => report('candidate-error', { pc: number, url, code: errorCode, text: errorText }));
    listen(pc, 'track', ({ track }) => {
      report('track', { pc: number, trackKind: track.kind, muted: track.muted });
      observeTrack(track, number, false);
    });
    listen(pc, 'datachannel', ({ channel }) => observeChannel(channel, number, false));
    beats.push({ pc: new WeakRef(pc), number, idle: 0, wait: 0, last: '' });
    startBeat();
    return number;
  }

  function reportStates(pc, number) {
    const { signalingState, iceConnectionState, connectionState, iceGatheringState } = read(STATES, pc);
    report('states', { pc: number, signaling: signalingState, ice: iceConnectionState, connection: connectionState, gathering: iceGatheringState });
  }

  const tracks = new WeakMap();
  function observeTrack(track, pc, local) {
    if (tracks.get(track)?.has(pc)) return;
    tracks.set(track, (tracks.get(track) ?? new Set()).add(pc));
    listen(track, 'mute unmute ended', ({ type }) => report('track-state', { pc, trackKind: track.kind, local, event: type, enabled: track.enabled }));
  }

  const channels = new WeakMap();
  function observeChannel(channel, pc, local) {
    if (channels.has(channel)) return;
    channels.set(channel, pc);
    const { label } = channel;
    report('channel', { pc, label, id: channel.id, local });
    const state = (name, error) => report('channel-state', { pc, label, state: name, ...(error && { error: errorOf(error) }) });
    listen(channel, 'open', () => state('open'));
    listen(channel, 'closing', () => state('closing'));
    listen(channel, 'close', () => state('closed'));
    listen(channel, 'error', ({ error }) => state('error', error));
    if (channel.readyState === 'open') state('open');
  }

  const peerConnection = disguise(RealPeerConnection, {
    construct(original, args, target) {
      if (settings.relay) args[0] = attempt(() => forced(args[0]), args[0]);
      let made;
      try {
        made = Reflect.construct(original, args, target === peerConnection ? original : target);
      } catch (error) {
        attempt(() => report('result', { pc: null, call: null, method: 'RTCPeerConnection', ok: false, error: errorOf(error), state: null }));
        throw error;
      }
      attempt(() => observeConnection(made, args[0]));
      return made;
    },
  });
  for (const [owner, name] of [[window, 'RTCPeerConnection'], [window, 'webkitRTCPeerConnection'], [RealPeerConnection.prototype, 'constructor']]) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, name);
    if (descriptor?.value === RealPeerConnection) Reflect.defineProperty(owner, name, { ...descriptor, value: peerConnection });
  }

  const describe = ([description]) => [pick(description, DESCRIPTION)];
  const track = (given) => pick(given, TRACK);
  const senderTrack = (sender) => attempt(() => sender.track && track(sender.track), null);
  /** Per method, what is reported of its arguments. */
  const METHODS = {
    createOffer: ([options]) => (options ? [pick(options, OFFER)] : []),
    createAnswer: () => [],
    setLocalDescription: (args) => (args.length ? describe(args) : []),
    setRemoteDescription: describe,
    addIceCandidate: ([candidate]) => [pick(candidate, CANDIDATE)],
    addTrack: ([given, ...streams]) => [track(given), { streams: streams.length }],
    addTransceiver: ([given, init]) => [track(given), { direction: plain(valueOf(init, 'direction')) }],
    createDataChannel: (args) => [channelOf(args)],
    removeTrack: ([sender]) => [senderTrack(sender)],
    restartIce: () => [],
    setConfiguration: ([config]) => [configOf(config)],
    close: () => [],
  };
  /** Where the older form of a method takes two callbacks. */
  const CALLBACKS = { createOffer: 0, createAnswer: 0, setLocalDescription: 1, setRemoteDescription: 1, addIceCandidate: 1 };
  /** What a page with tracks of its own adds to a peer connection. */
  const observeResult = (method, args, value, pc) => {
    if (method === 'createDataChannel') {
      withChannel.add(pc);
      observeChannel(value, numbers.get(pc), true);
    }
    const given = method === 'addTransceiver' ? value.sender.track : args[0];
    if (/^(addT|replaceT)/.test(method) && given) observeTrack(given, numbers.get(pc), true);
  };

  /** Calls a method for the page, and reports the call and its result. `pc` is null where it is not known. */
  function call(original, self, args, method, summary, pc) {
    const number = pc && (numbers.get(pc) ?? attempt(() => stateOf(pc) && observeConnection(pc)));
    if (!number) return Reflect.apply(original, self, args);
    const id = (lastCall += 1);
    attempt(() => {
      const transceivers = listOf(pc, getTransceivers);
      report('call', {
        pc: number,
        call: id,
        method,
        args: attempt(() => summary(args), []),
        state: stateOf(pc),
        senders: listOf(pc, getSenders).filter((sender) => sender.track).length,
        mlines: transceivers.filter((each) => each.currentDirection !== 'stopped').length + (pc.sctp || withChannel.has(pc) ? 1 : 0),
      });
    });
    const result = (ok, value) => {
      const { signalingState } = read(STATES, pc);
      const error = ok ? null : errorOf(value);
      let sdp = ok && method.startsWith('create') && method !== 'createDataChannel' && pick(value, DESCRIPTION);
      // Without an argument, the browser makes the description.
      if (ok && method === 'setLocalDescription' && !valueOf(args[0], 'sdp')) sdp = pick(pc.localDescription, DESCRIPTION);
      report('result', { pc: number, call: id, method, ok, error, state: signalingState, ...(sdp && { sdp }) });
    };
    const first = CALLBACKS[method];
    const isOld = typeof args[first] === 'function';
    if (isOld) {
      for (const [index, ok] of [[first, true], [first + 1, false]]) {
        if (typeof args[index] !== 'function') continue;
        const callback = args[index];
        // No proxy: Firefox 153 does not call those.
        args[index] = function (...values) {
          attempt(() => result(ok, values[0]));
          return Reflect.apply(callback, this, values);
        };
      }
    }
    let value;
    try {
      value = Reflect.apply(original, self, args);
    } catch (error) {
      attempt(() => result(false, error));
      throw error;
    }
    attempt(() => {
      observeResult(method, args, value, pc);
      if (value instanceof Promise) {
        if (!isOld) observe(value, result);
      } else {
        result(true, value);
        if (method === 'close') reportStates(pc, number);
      }
    });
    return value;
  }

  for (const [method, summary] of Object.entries(METHODS)) {
    replace(RealPeerConnection.prototype, method, {
      apply(original, self, args) {
        if (settings.relay && method === 'setConfiguration') args[0] = attempt(() => forced(args[0]), args[0]);
        return call(original, self, args, method, summary, self);
      },
    });
  }
  const senders = new WeakMap();
  const connectionOf = (sender) => {
    for (const { pc } of beats) {
      const alive = pc.deref();
      if (alive) for (const each of listOf(alive, getSenders)) senders.set(each, pc);
    }
    return senders.get(sender)?.deref();
  };
  replace(window.RTCRtpSender?.prototype, 'replaceTrack', {
    apply: (original, self, args) => call(original, self, args, 'replaceTrack', ([given]) => [track(given)], attempt(() => connectionOf(self))),
  });

  // ---- Camera, microphone, screen

  const reportMedia = (original, self, args, extra) => {
    const id = (lastCall += 1);
    const constraints = attempt(() => JSON.parse(text(JSON.stringify(args[0] ?? null)).slice(0, 2_000)), null);
    report('media', { call: id, constraints, ...extra });
    const result = (ok, value) => report('media-result', {
      call: id,
      ok,
      error: ok ? null : errorOf(value),
      kinds: ok ? value.getTracks().map((each) => each.kind) : [],
      ...extra,
    });
    const promise = Reflect.apply(original, self, args);
    if (promise instanceof Promise) attempt(() => observe(promise, result));
    return promise;
  };
  for (const [method, extra] of [['getUserMedia', {}], ['getDisplayMedia', { display: true }]]) {
    replace(navigator.mediaDevices, method, { apply: (original, self, args) => reportMedia(original, self, args, extra) });
  }

  // ---- Once a second while there is a peer connection: statistics, and the elements that play

  let isBeating = false;
  function startBeat() {
    if (isBeating) return;
    isBeating = true;
    setTimeout(() => {
      isBeating = false;
      attempt(beat);
    }, 1_000);
  }

  function beat() {
    reportElements();
    for (let index = beats.length - 1; index >= 0; index -= 1) {
      const pc = beats[index].pc.deref();
      const { signalingState, connectionState } = pc ? read(STATES, pc) : { signalingState: 'closed' };
      if (signalingState === 'closed') beats.splice(index, 1);
      else if (connectionState === 'connected') attempt(() => reportStats(pc, beats[index]));
    }
    if (beats.length) startBeat();
  }

  /** Every second as long as something changes, else every fifth second. */
  function reportStats(pc, entry) {
    if (entry.wait > 0) {
      entry.wait -= 1;
      return;
    }
    Reflect.apply(then, Reflect.apply(getStats, pc, []), [(stats) => attempt(() => {
      const { rtt, ...found } = summaryOf(stats);
      const now = JSON.stringify(found);
      entry.idle = now === entry.last ? entry.idle + 1 : 0;
      entry.wait = entry.idle >= 3 ? 4 : 0;
      entry.last = now;
      report('stats', { pc: entry.number, rtt, ...found });
    }), () => {}]);
  }

  function summaryOf(report) {
    const all = [];
    report.forEach((each) => all.push(each));
    const of = (type, kind) => all.filter((each) => each.type === type && (!kind || each.kind === kind));
    const sum = (list, key) => list.reduce((total, each) => total + (each[key] ?? 0), 0);
    const selected = of('transport').map((each) => each.selectedCandidatePairId);
    const pair = of('candidate-pair').find((each) => selected.includes(each.id))
      ?? of('candidate-pair').find((each) => each.selected || (each.nominated && each.state === 'succeeded'));
    const end = (key) => all.find((each) => each.id === pair?.[key]) ?? {};
    const levels = of('inbound-rtp', 'audio').map((each) => each.audioLevel).filter(Number.isFinite);
    return {
      pair: pair ? {
        local: end('localCandidateId').candidateType,
        remote: end('remoteCandidateId').candidateType,
        protocol: end('localCandidateId').protocol,
      } : null,
      rtt: Number.isFinite(pair?.currentRoundTripTime) ? Math.round(pair.currentRoundTripTime * 1_000) : null,
      sent: pair?.bytesSent ?? 0,
      received: pair?.bytesReceived ?? 0,
      framesSent: sum(of('outbound-rtp', 'video'), 'framesSent'),
      framesDecoded: sum(of('inbound-rtp', 'video'), 'framesDecoded'),
      audio: levels.length ? { level: Math.max(...levels) } : null,
    };
  }

  let lastElements = '[]';
  function reportElements() {
    const videos = [...document.querySelectorAll('video, audio')].slice(0, 30).map((element) => {
      const stream = element.srcObject;
      const isLive = stream instanceof MediaStream && stream.getTracks().some((each) => each.readyState === 'live');
      // An element that has played was paused by the page or the user.
      const hasPlayed = element.currentTime > 0 || element.played.length > 0;
      return {
        kind: element.localName,
        hasStream: Boolean(stream),
        paused: element.paused,
        muted: element.muted,
        width: element.videoWidth ?? 0,
        height: element.videoHeight ?? 0,
        readyState: element.readyState,
        blocked: isLive && element.paused && !hasPlayed,
      };
    });
    const now = JSON.stringify(videos);
    if (now !== lastElements) report('elements', { videos });
    lastElements = now;
  }

  // ---- Errors, and the life of the page

  listen(window, 'error', (event) => {
    const { target } = event;
    if (target instanceof HTMLScriptElement) report('error', { message: 'The script could not be loaded.', source: target.src.slice(0, 300), line: 0 });
    if (!(event instanceof ErrorEvent)) return;
    report('error', { message: event.message.slice(0, 500), source: event.filename.slice(0, 300), line: event.lineno });
  });
  listen(window, 'unhandledrejection', ({ promise, reason }) => {
    unobserved.get(promise)?.(false, reason);
    const error = errorOf(reason);
    report('rejection', { message: reason instanceof Error || reason instanceof DOMException ? `${error.name}: ${error.message}` : error.message });
  });
  listen(document, 'visibilitychange', () => report('visibility', { hidden: document.hidden }));
  // A page that the browser keeps for the way back has no connection meanwhile.
  listen(window, 'pagehide', () => {
    attempt(flush);
    const open = socket;
    [socket, isOpen] = [null, false];
    if (open) Reflect.apply(closeSocket, open, []);
  });
  listen(window, 'pageshow', ({ persisted }) => {
    if (persisted && !socket) connect();
  });

  if (document.prerendering) listen(document, 'prerenderingchange', () => socket ?? connect());
  else attempt(connect);
})();
