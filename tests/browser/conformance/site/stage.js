// The page of the scenarios of one file: it has the client under test as `io`, and here are the few
// things that scenarios do again and again. It plays those that it is asked to, one after the other.

const { control, other, file } = Object.fromEntries(new URLSearchParams(location.search));
const { [file]: group } = await import(`./scenarios/${file}.js`);
const scenarios = group.flat();

/** What one scenario has. */
class Stage {
  /** The address of the server, the same as the page's. */
  origin = location.origin;
  /** Another address of the same server. */
  otherOrigin = other;
  #lobby;
  #sockets = [];
  #users = 0;

  constructor(number, transports) {
    this.transports = transports;
    // Of this very scenario and page: a server may still count the users of another one among the connected.
    this.#lobby = `scenario ${number}, ${performance.timeOrigin}`;
  }

  /** A socket of one more user, over the scenario's transports. `auth` adds to the usual. */
  connect({ auth = {}, ...options } = {}, address = this.origin) {
    const usual = typeof auth === 'function' ? auth : this.identity(auth);
    return this.keep(io(address, { forceNew: true, transports: this.transports, ...options, auth: usual }));
  }

  /** What the server asks of a user, in a lobby of this scenario's own. */
  identity(auth = {}) {
    this.#users += 1;
    return { userName: `user ${this.#users}`, password: 'x', lobby: this.#lobby, ...auth };
  }

  /** Will be disconnected when the scenario is over. */
  keep(socket) {
    this.#sockets.push(socket);
    socket.io.on('close', (reason) => window.endings.push(reason));
    return socket;
  }

  /** Like `connect`, and waits until the socket is connected. */
  async connected(options, address) {
    const socket = this.connect(options, address);
    await this.next(socket, 'connect');
    return socket;
  }

  /** Two users in a call: what one sends, the other hears. */
  async call(options) {
    const [caller, answerer] = await Promise.all([this.connected(options), this.connected(options)]);
    await this.join(caller, answerer);
    return { caller, answerer };
  }

  /** One calls and the other answers. */
  async join(caller, answerer, description = 'an offer') {
    const announced = this.next(answerer, 'newOfferAwaiting');
    caller.emit('newOffer', description);
    const [[offer]] = await announced;
    const answered = this.next(caller, 'answerResponse');
    const candidates = await answerer.emitWithAck('newAnswer', { ...offer, answer: 'an answer' });
    await answered;
    return { offer, candidates };
  }

  /** `from`, one party of a call, sends `value` to the other as a candidate. */
  pass(from, value, didIOffer = true) {
    from.emit('sendIceCandidateToSignalingServer', { didIOffer, iceUserName: 'me', iceCandidate: value });
  }

  /** Sends `value` through a call and resolves to what arrives. */
  async passed({ caller, answerer }, value) {
    const arrived = this.next(answerer, 'receivedIceCandidateFromServer');
    this.pass(caller, value);
    return (await arrived)[0];
  }

  /** Everything that was sent before is there, in both directions. */
  async settled({ caller, answerer }) {
    await Promise.all([this.passed({ caller, answerer }, '(fence)'), caller.emitWithAck('test')]);
    await answerer.emitWithAck('test');
  }

  /** The arguments with which `event` is fired next. */
  next(emitter, event) {
    const wait = { event };
    window.awaited.add(wait);
    return new Promise((resolve) => emitter.once(event, (...args) => {
      window.awaited.delete(wait);
      resolve(args);
    }));
  }

  /** A list that grows with each of the events, as `describe` makes it of name and arguments. */
  record(emitter, events, describe = (event) => event) {
    const list = [];
    for (const event of events) emitter.on(event, (...args) => list.push(describe(event, ...args)));
    return list;
  }

  /** Resolves when the connection has moved to WebSocket. */
  async upgraded(socket) {
    if (socket.io.engine.transport.name !== 'websocket') await this.next(socket.io.engine, 'upgrade');
  }

  /** If it is a connection that will move to WebSocket: when it has. */
  async calm(socket) {
    if (this.transports.length > 1) await this.upgraded(socket);
  }

  /** For what is about time, or about something that must not happen. */
  wait(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  /** What the network or the server does: restart, refuse, freeze, mend. */
  async make(happen) {
    const response = await fetch(`${control}/${happen}`, { method: 'POST' });
    if (!response.ok) throw new Error(`${happen}: ${await response.text()}`);
  }

  leave() {
    for (const socket of this.#sockets) socket.disconnect();
  }
}

async function play({ number, place }) {
  // For the words of a scenario that is not done in time: what it waits for, and what connections broke.
  window.awaited = new Set();
  window.endings = [];
  const { transports, run } = scenarios[place];
  const stage = new Stage(number, transports);
  let outcome;
  try {
    outcome = { result: await run(stage) };
  } catch (error) {
    outcome = { failed: `${error} ${error?.stack ?? ''}` };
  }
  stage.leave();
  parent.postMessage({ number, outcome: JSON.parse(JSON.stringify(outcome)) }, '*');
}

window.onmessage = ({ data }) => play(data);
parent.postMessage({ isReady: true }, '*');
