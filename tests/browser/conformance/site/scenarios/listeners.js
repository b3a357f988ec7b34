// Listeners: of the socket, of everything that comes, of everything that goes out.

import { onEachTransport, scenario } from './scenario.js';

const CANDIDATE = 'receivedIceCandidateFromServer';

function idle(stage) {
  return stage.connect({ autoConnect: false });
}

export const listeners = [
  scenario('on, off and listeners', async (stage) => {
    const socket = idle(stage);
    const [one, two] = [() => {}, () => {}];
    const counts = [socket.listeners('a')];
    socket.on('a', one).on('a', two).on('a', one);
    counts.push(socket.listeners('a').length, socket.hasListeners('a'), socket.hasListeners('b'));
    socket.off('a', one);
    counts.push(socket.listeners('a').length, socket.listeners('a')[0] === two);
    socket.off('a');
    counts.push(socket.hasListeners('a'), socket.off() === socket);
    return counts;
  }),

  scenario('once is heard once, and can be taken away', async (stage) => {
    const { caller, answerer } = await stage.call();
    const heard = [];
    const gone = () => heard.push('gone');
    answerer.once(CANDIDATE, (value) => heard.push(value));
    answerer.once(CANDIDATE, gone);
    answerer.off(CANDIDATE, gone);
    for (const value of [1, 2]) await stage.passed({ caller, answerer }, value);
    return heard;
  }),

  scenario('the other names of on and off', async (stage) => {
    const socket = idle(stage);
    const listener = () => {};
    socket.addEventListener('a', listener);
    socket.on('b', listener);
    const before = [socket.hasListeners('a'), socket.hasListeners('b')];
    socket.removeListener('a', listener);
    socket.removeEventListener('b', listener);
    const after = [socket.hasListeners('a'), socket.hasListeners('b')];
    socket.on('a', listener).on('b', listener);
    socket.removeAllListeners('a');
    const one = [socket.hasListeners('a'), socket.hasListeners('b')];
    socket.removeAllListeners();
    return [before, after, one, socket.hasListeners('b')];
  }),

  scenario('a listener that takes another away: both are called this time', async (stage) => {
    const { caller, answerer } = await stage.call();
    const heard = [];
    const second = () => heard.push('second');
    answerer.on(CANDIDATE, () => {
      heard.push('first');
      answerer.off(CANDIDATE, second);
    });
    answerer.on(CANDIDATE, second);
    for (const value of [1, 2]) await stage.passed({ caller, answerer }, value);
    return heard;
  }),

  scenario('in a listener, this is the socket', async (stage) => {
    const socket = idle(stage);
    let self;
    socket.on('connect', function () {
      self = this;
    });
    socket.connect();
    await stage.next(socket, 'connect');
    return self === socket;
  }),

  onEachTransport('onAny gets all events of the page and none of the client\'s own', async (stage) => {
    const socket = stage.connect();
    const heard = [];
    socket.onAny((event, ...args) => heard.push([event, args.length]));
    const [other] = await Promise.all([stage.connected(), stage.next(socket, 'connect')]);
    await stage.join(other, socket);
    const lost = stage.next(socket, 'disconnect');
    socket.disconnect();
    await lost;
    return heard;
  }),

  onEachTransport('prependAny is heard first, offAny no more', async (stage) => {
    const call = await stage.call();
    const { answerer } = call;
    const heard = [];
    const any = () => heard.push('any');
    answerer.onAny(any);
    answerer.prependAny(() => heard.push('prepended'));
    answerer.on(CANDIDATE, () => heard.push('on'));
    await stage.passed(call, 1);
    answerer.offAny(any);
    await stage.passed(call, 2);
    const left = answerer.listenersAny().length;
    answerer.offAny();
    await stage.passed(call, 3);
    return [heard, left, answerer.listenersAny().length];
  }),

  onEachTransport('onAnyOutgoing gets what is sent, when it is sent', async (stage) => {
    const socket = stage.connect();
    const heard = [];
    socket.onAnyOutgoing((...args) => heard.push(['any', ...args]));
    socket.prependAnyOutgoing((...args) => heard.push(['prepended', ...args]));
    socket.emit('newOffer', 'early');
    const before = heard.length;
    await stage.next(socket, 'connect');
    await socket.emitWithAck('test');
    const count = socket.listenersAnyOutgoing().length;
    socket.offAnyOutgoing();
    await socket.emitWithAck('test');
    return [before, heard, count, socket.listenersAnyOutgoing().length];
  }),

  scenario('a function in the place of onevent gets each event, and may add another', async (stage) => {
    const call = await stage.call();
    const { answerer } = call;
    const { onevent } = answerer;
    answerer.onevent = function (packet) {
      const { data } = packet;
      onevent.call(this, packet);
      packet.data = ['*', ...data];
      onevent.call(this, packet);
    };
    const heard = stage.record(answerer, [CANDIDATE, '*'], (...args) => args);
    await stage.passed(call, 1);
    await answerer.emitWithAck('test');
    return heard;
  }),

  onEachTransport('a listener that throws costs no later event', async (stage) => {
    const call = await stage.call();
    call.answerer.on(CANDIDATE, (value) => {
      if (value === 1) throw new Error('on purpose');
    });
    const heard = stage.record(call.answerer, [], () => {});
    call.answerer.onAny((_, value) => heard.push(value));
    for (let n = 0; n < 4; n += 1) stage.pass(call.caller, n);
    while (heard.at(-1) !== 3) await stage.wait(5);
    return [heard, call.answerer.connected];
  }),

  scenario('a listener that throws: those after it are still called', async (stage) => {
    const call = await stage.call();
    const heard = [];
    call.answerer.on(CANDIDATE, () => {
      throw new Error('on purpose');
    });
    call.answerer.on(CANDIDATE, (value) => heard.push(value));
    const seen = [];
    call.answerer.onAny((_, value) => seen.push(value));
    stage.pass(call.caller, 1);
    while (seen.length < 1) await stage.wait(5);
    return heard;
  }, { differs: 'A fault in one listener of a page should not cost the others: ours reports it on the console and goes on.' }),
];
