// What a page can see of its own WebRTC functions: each function runs in the page, is sent there as text,
// and returns what JSON can carry. With the probe and without it, the results must be the same.

/**
 * Runs in a page: what its connections are made with, as it sees that itself, for configurations of many kinds; and how a
 * wrong one is refused.
 */
export function viewOfConfigurations() {
  const turn = { urls: 'turn:127.0.0.1:65535', username: 'own', credential: 'c' };
  class Getter {
    get iceServers() {
      return [turn];
    }
  }
  const seen = (config, isLater = false) => {
    try {
      const pc = isLater ? new RTCPeerConnection() : new RTCPeerConnection(config);
      if (isLater) pc.setConfiguration(config);
      const { iceTransportPolicy, iceServers, bundlePolicy } = pc.getConfiguration();
      pc.close();
      return [iceTransportPolicy, iceServers.map(({ username, urls }) => username || [urls].flat()[0]).join(), bundlePolicy].join(' ');
    } catch (error) {
      return error.name;
    }
  };
  return {
    none: seen(undefined),
    nothing: seen(null),
    stun: seen({ iceServers: [{ urls: 'stun:127.0.0.1:65535' }], bundlePolicy: 'max-bundle' }),
    own: seen({ iceServers: [turn] }),
    all: seen({ iceTransportPolicy: 'all', iceServers: [turn] }),
    frozen: seen(Object.freeze({ iceTransportPolicy: 'all', iceServers: Object.freeze([]) })),
    getter: seen(new Getter()),
    later: seen({ iceServers: [turn] }, true),
    wrong: seen(5),
    wrongServer: seen({ iceServers: [{ urls: 'nonsense' }] }),
  };
}

/** The functions, and the objects that carry them. */
export function viewOfFunctions() {
  const text = (key) => (typeof key === 'symbol' ? key.toString() : key);
  const flags = ({ writable, enumerable, configurable, get, set }) => ({ writable, enumerable, configurable, get: typeof get, set: typeof set });
  const shape = (object) => Object.fromEntries(Reflect.ownKeys(object).map((key) => [text(key), flags(Object.getOwnPropertyDescriptor(object, key))]));
  const of = (f) => f && {
    string: String(f),
    toString: f.toString(),
    called: Function.prototype.toString.call(f),
    name: f.name,
    length: f.length,
    tag: Object.prototype.toString.call(f),
    type: typeof f,
    shape: shape(f),
    isPlain: Object.getPrototypeOf(f) === Function.prototype || Object.getPrototypeOf(f)?.name,
    isExtensible: Object.isExtensible(f),
  };
  const RTC = RTCPeerConnection;
  const functions = { RTC, webkit: window.webkitRTCPeerConnection, toString: Function.prototype.toString, certificate: RTC.generateCertificate };
  for (const owner of [RTC.prototype, RTCRtpSender.prototype, MediaDevices.prototype]) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value === 'function') functions[`${owner[Symbol.toStringTag]}.${name}`] = value;
    }
  }
  const inherited = [];
  for (const key in new RTC()) inherited.push(key);
  class Mine extends RTC {
    constructor() {
      super({ iceServers: [] });
      this.target = new.target.name;
    }

    createOffer(...args) {
      return super.createOffer(...args);
    }
  }
  const mine = new Mine();
  const made = Reflect.construct(RTC, [], Array);
  const pc = new RTC();
  return {
    functions: Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, of(f)])),
    shapes: [RTC.prototype, MediaDevices.prototype, navigator.mediaDevices, RTCRtpSender.prototype, Function.prototype, pc].map(shape),
    // Firefox makes most of them when they are first used, and lists them in that order.
    globals: Reflect.ownKeys(window).map(text).sort(),
    globalShape: flags(Object.getOwnPropertyDescriptor(window, 'RTCPeerConnection')),
    enumerable: Object.keys(window).sort(),
    inherited,
    scripts: document.scripts.length,
    head: document.head.innerHTML,
    encoding: document.characterSet,
    resources: performance.getEntriesByType('resource').map(({ name, initiatorType }) => [new URL(name).pathname, initiatorType]),
    relations: {
      constructor: RTC.prototype.constructor === RTC && pc.constructor === RTC,
      alias: window.webkitRTCPeerConnection === undefined || window.webkitRTCPeerConnection === RTC,
      instance: pc instanceof RTC && pc instanceof EventTarget,
      hasInstance: RTC[Symbol.hasInstance](pc),
      prototype: Object.getPrototypeOf(pc) === RTC.prototype,
      parent: Object.getPrototypeOf(RTC) === EventTarget,
      tag: String(pc),
      mine: [mine instanceof Mine, mine instanceof RTC, mine.constructor === Mine, mine.target, Object.getPrototypeOf(Mine) === RTC],
      offer: mine.createOffer() instanceof Promise,
      made: [made instanceof Array, made instanceof RTC, Object.getPrototypeOf(made) === Array.prototype],
      signalingState: Object.getOwnPropertyDescriptor(RTC.prototype, 'signalingState').get.call(made),
      certificate: RTC.generateCertificate.call(undefined, { name: 'ECDSA', namedCurve: 'P-256' }) instanceof Promise,
    },
  };
}

/** Errors that are thrown and rejections, by wrong use of each function; and the reads of given objects. */
export async function viewOfErrors() {
  const RTC = RTCPeerConnection;
  const closed = new RTC();
  const unused = closed.createOffer();
  closed.close();
  const fresh = () => new RTC();
  const cases = {
    withoutNew: () => RTC(),
    badConfig: () => new RTC(1),
    badServer: () => new RTC({ iceServers: [{ urls: 'nonsense' }] }),
    badOption: () => new RTC({ iceTransportPolicy: 'some' }),
    noMethod: () => RTC.nothing(),
    notNew: () => new (fresh().createOffer)(),
    toStringOf: () => Function.prototype.toString.call({}),
    toStringNew: () => new Function.prototype.toString(),
    toStringReceiver: () => Function.prototype.toString.call(new Proxy({}, {})),
    setConfigurationClosed: () => closed.setConfiguration({}),
    setConfigurationBad: () => fresh().setConfiguration({ iceServers: 1 }),
    channelClosed: () => closed.createDataChannel('a'),
    channelNothing: () => fresh().createDataChannel(),
    trackClosed: () => closed.addTransceiver('video'),
    trackNothing: () => fresh().addTrack(),
    trackText: () => fresh().addTrack('video'),
    transceiverText: () => fresh().addTransceiver('pictures'),
    removeNothing: () => fresh().removeTrack(),
    symbol: () => fresh().createDataChannel(Symbol('a')),
    offerClosed: () => closed.createOffer(),
    answerEarly: () => fresh().createAnswer(),
    localBad: () => fresh().setLocalDescription({ type: 'offer', sdp: 'nonsense' }),
    remoteNothing: () => fresh().setRemoteDescription(),
    remoteText: () => fresh().setRemoteDescription('text'),
    remoteType: () => fresh().setRemoteDescription({ type: 'nonsense', sdp: '' }),
    remoteState: () => fresh().setRemoteDescription({ type: 'answer', sdp: 'v=0\r\n' }),
    candidateEarly: () => fresh().addIceCandidate({ candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' }),
    candidateText: () => fresh().addIceCandidate('text'),
    candidateClosed: () => closed.addIceCandidate({ candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' }),
    mediaNothing: () => navigator.mediaDevices.getUserMedia(),
    mediaEmpty: () => navigator.mediaDevices.getUserMedia({}),
    mediaImpossible: () => navigator.mediaDevices.getUserMedia({ video: { width: { exact: 1_000_000 } } }),
    replaceTrackText: () => fresh().addTransceiver('audio').sender.replaceTrack('text'),
    throwing: () => new RTC({ get iceServers() { throw new RangeError('mine'); } }),
  };
  for (const method of ['createOffer', 'createAnswer', 'setLocalDescription', 'setRemoteDescription', 'addIceCandidate', 'addTrack',
    'addTransceiver', 'createDataChannel', 'removeTrack', 'restartIce', 'setConfiguration', 'close', 'getStats']) {
    for (const receiver of [{}, null, RTC.prototype]) cases[`${method} of ${receiver}`] = () => RTC.prototype[method].call(receiver);
  }
  cases['getUserMedia of {}'] = () => MediaDevices.prototype.getUserMedia.call({}, { audio: true });
  cases['replaceTrack of {}'] = () => RTCRtpSender.prototype.replaceTrack.call({}, null);

  const of = (error) => ({
    name: error.name,
    message: error.message,
    code: error.code,
    text: String(error),
    kind: [DOMException, TypeError, RangeError, Error].map((kind) => error instanceof kind),
    keys: Reflect.ownKeys(error).map(String),
    firstLine: navigator.userAgent.includes('Firefox') ? null : error.stack?.split('\n')[0],
  });
  const found = {};
  for (const [name, work] of Object.entries(cases)) {
    try {
      const value = work();
      found[name] = await value?.then?.((settled) => ({ value: String(settled) }), (error) => ({ rejected: of(error) })) ?? { returned: String(value) };
    } catch (error) {
      found[name] = { thrown: of(error) };
    }
  }
  void unused;

  // A page may give objects of its own: what is read of them, and in which order.
  const reads = [];
  const noting = (name, object) => Object.defineProperties({}, Object.fromEntries(Object.entries(object).map(([key, value]) => [key, {
    enumerable: true,
    get() {
      reads.push(`${name}.${key}`);
      return value;
    },
  }])));
  const pc = new RTC(noting('config', { iceServers: [noting('server', { urls: 'stun:127.0.0.1:3478', username: 'a', credential: 'b' })] }));
  const channel = pc.createDataChannel('a', noting('channel', { ordered: false }));
  const offer = await pc.createOffer();
  await pc.setLocalDescription(noting('offer', { type: offer.type, sdp: offer.sdp }));
  await pc.addIceCandidate(noting('candidate', { candidate: '', sdpMid: '0' })).catch(() => {});
  return { found, reads, channel: channel.label };
}

/** Promises: which they are, when they settle, and what the page hears of promises that it does not handle. */
export async function viewOfPromises() {
  const RTC = RTCPeerConnection;
  const closed = new RTC();
  closed.close();
  const heard = [];
  const promises = new Map();
  for (const type of ['unhandledrejection', 'rejectionhandled', 'error']) {
    addEventListener(type, (event) => {
      event.preventDefault();
      heard.push([type, promises.get(event.promise) ?? 'another promise', String(event.reason ?? event.message)]);
    });
  }
  /** After how many microtasks the page runs on. */
  const ticks = async (work) => {
    let isDone = false;
    let count = 0;
    const whenDone = work(() => (isDone = true));
    while (!isDone && count < 20) {
      await null;
      count += 1;
    }
    await whenDone;
    return count;
  };
  const rejected = () => closed.createOffer();
  const order = {
    then: await ticks((done) => rejected().then(done, done)),
    catch: await ticks((done) => rejected().catch(done)),
    finally: await ticks((done) => rejected().finally(done).catch(() => {})),
    await: await ticks(async (done) => {
      try {
        await rejected();
      } catch {
        done();
      }
    }),
    returned: await ticks((done) => (async () => rejected())().catch(done)),
    all: await ticks((done) => Promise.all([rejected()]).catch(done)),
    race: await ticks((done) => Promise.race([rejected(), rejected()]).catch(done)),
    any: await ticks((done) => Promise.any([rejected()]).catch(done)),
    resolve: await ticks((done) => Promise.resolve(rejected()).catch(done)),
    wrapped: await ticks((done) => new Promise((resolve) => resolve(rejected())).catch(done)),
    media: await ticks((done) => navigator.mediaDevices.getUserMedia({}).catch(done)),
  };

  const pc = new RTC();
  pc.createDataChannel('a');
  const sequence = [];
  pc.addEventListener('signalingstatechange', () => sequence.push(pc.signalingState));
  const offering = pc.createOffer().then((offer) => {
    sequence.push('offer');
    queueMicrotask(() => sequence.push('microtask after offer'));
    return offer;
  });
  const setting = offering.then((offer) => pc.setLocalDescription(offer)).then(() => sequence.push('set'));
  await setting;
  await null;
  sequence.push('after set');

  const promise = pc.createOffer();
  const identity = [
    promise.constructor === Promise,
    Object.getPrototypeOf(promise) === Promise.prototype,
    Promise.resolve(promise) === promise,
    promise instanceof Promise,
    Reflect.ownKeys(promise).length,
    String(promise),
    pc.createOffer() !== pc.createOffer(),
  ];
  await promise;
  const named = (name, given) => {
    promises.set(given, name);
    return given;
  };
  const assigned = pc.createOffer();
  assigned.constructor = Array;
  identity.push(Object.getOwnPropertyDescriptor(assigned, 'constructor'));

  // The older form of the methods.
  const old = [];
  const other = new RTC();
  other.createDataChannel('a');
  old.push(await other.createOffer((...given) => old.push(given.map(String)), () => old.push('failed')));
  await other.createAnswer(() => {}, (error) => old.push(error.name));
  await other.setRemoteDescription({ type: 'answer', sdp: 'v=0\r\n' }, () => old.push('set'), (error) => old.push(error.name));
  await other.addIceCandidate({ candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' }, () => old.push('added'), (error) => old.push(error.name));
  await other.setLocalDescription(await other.createOffer(), function (...given) { old.push(['set', given.length, this === undefined || this === window]); }, () => old.push('failed'));

  // Nobody handles these.
  const bad = { type: 'answer', sdp: 'v=0\r\n' };
  named('ignored', new RTC().setRemoteDescription(bad));
  named('ignored and closed', rejected());
  named('ignored media', navigator.mediaDevices.getUserMedia({}));
  named('derived', new RTC().setRemoteDescription(bad).then(() => {}));
  named('finally', rejected().finally(() => {}));
  (async () => named('in a function', new RTC().setRemoteDescription(bad)))();
  (async () => {
    await named('awaited', new RTC().setRemoteDescription(bad));
  })();
  named('handled', new RTC().setRemoteDescription(bad)).catch(() => {});
  const late = named('handled late', new RTC().setRemoteDescription(bad));
  // Longer than the probe leaves a promise alone.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  late.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { order, sequence, identity, old, heard: heard.sort() };
}

/** What differs with the probe: the rows of the table in docs/inspector.md. */
export async function viewOfTraces() {
  const globals = Reflect.ownKeys(window).map(String);
  const frame = document.documentElement.appendChild(document.createElement('iframe'));
  const foreign = frame.contentWindow.Function.prototype.toString.call(RTCPeerConnection);
  frame.remove();
  const pc = new RTCPeerConnection();
  const promise = pc.createOffer();
  const keysBefore = Reflect.ownKeys(promise);
  await promise;
  const keysAfter = Reflect.ownKeys(promise);
  pc.close();
  let stack;
  try {
    pc.createDataChannel('a');
  } catch (error) {
    stack = error.stack.trim().split('\n').filter((line) => /[@ ]/.test(line) && !line.startsWith('InvalidStateError'));
  }
  const timer = setTimeout(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  const [navigation] = performance.getEntriesByType('navigation');
  return { timer, globals, foreign, keysBefore, keysAfter, stack, size: navigation.decodedBodySize };
}

/** Before the probe: a camera that is refused only after a while. */
export function refuseSlowly() {
  navigator.mediaDevices.getUserMedia = () => new Promise((_, reject) => {
    setTimeout(() => reject(new DOMException('made to fail', 'NotAllowedError')), 1_500);
  });
}

/** A page that leaves a promise alone that is rejected late. */
export async function viewOfSlowRejection() {
  let promise;
  const heard = new Promise((resolve) => addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    resolve({ name: event.reason.name, isSame: event.promise === promise });
  }));
  promise = navigator.mediaDevices.getUserMedia({ audio: true });
  return heard;
}
