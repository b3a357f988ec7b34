// Namespaces: several sockets share one connection. Switchboard has the main one only.

import { OFFICIAL_ONLY, scenario } from './scenario.js';

/** Sockets of several namespaces over one manager. */
async function shared(stage, ...namespaces) {
  const sockets = namespaces.map((namespace) => stage.keep(io(stage.origin + namespace, { auth: stage.identity() })));
  await Promise.all(sockets.map((socket) => stage.next(socket, 'connect')));
  return sockets;
}

export const namespaces = [
  scenario('two namespaces share one connection and have ids of their own', async (stage) => {
    const [main, admin] = await shared(stage, '/', '/admin');
    return [main.io === admin.io, main.id !== admin.id, main.nsp, admin.nsp, await admin.emitWithAck('echo', 1)];
  }, OFFICIAL_ONLY),

  scenario('a refused namespace does no harm to its neighbour', async (stage) => {
    const main = stage.keep(io(stage.origin, { auth: stage.identity() }));
    const nowhere = stage.keep(io(`${stage.origin}/nowhere`));
    const [[error]] = await Promise.all([stage.next(nowhere, 'connect_error'), stage.next(main, 'connect')]);
    return [error.message, nowhere.active, main.connected, await main.emitWithAck('test')];
  }),

  scenario('a namespace twice is two connections', async (stage) => {
    const [one, two] = await shared(stage, '/', '/');
    return [one === two, one.io === two.io, one.id !== two.id];
  }),

  scenario('the last one that leaves closes the connection', async (stage) => {
    const [main, admin] = await shared(stage, '/', '/admin');
    main.disconnect();
    const answer = await admin.emitWithAck('echo', 2);
    admin.disconnect();
    return [answer, main.io.engine.readyState];
  }, OFFICIAL_ONLY),

  scenario('disconnected from one namespace, the client stays in the other', async (stage) => {
    const [main, admin] = await shared(stage, '/', '/admin');
    const lost = stage.next(admin, 'disconnect');
    admin.emit('leaveMe');
    const [reason] = await lost;
    return [reason, admin.active, main.connected, await main.emitWithAck('echo', 4)];
  }, OFFICIAL_ONLY),

  scenario('a connection that breaks is reported in every namespace, and all reconnect', async (stage) => {
    const [main, admin] = await shared(stage, '/', '/admin');
    const lost = Promise.all([main, admin].map((socket) => stage.next(socket, 'disconnect')));
    main.io.reconnectionDelay(20);
    main.io.engine.close();
    const reasons = (await lost).map(([reason]) => reason);
    await Promise.all([main, admin].map((socket) => stage.next(socket, 'connect')));
    return [reasons, main.connected, admin.connected];
  }, OFFICIAL_ONLY),

  scenario('a socket closed within the disconnect of another gets its own event', async (stage) => {
    const [main, admin] = await shared(stage, '/', '/admin');
    const heard = [];
    main.on('disconnect', (reason) => {
      heard.push(`main: ${reason}`);
      admin.disconnect();
    });
    admin.on('disconnect', (reason) => heard.push(`admin: ${reason}`));
    main.io.engine.close();
    await stage.wait(50);
    return [heard, admin.active];
  }, { ...OFFICIAL_ONLY, differs: 'The official client reports it twice, ours once.' }),

  scenario('a namespace made of a pattern', async (stage) => {
    const socket = stage.connect({}, `${stage.origin}/table-42`);
    const [name] = await stage.next(socket, 'table');
    return [name, socket.nsp];
  }, OFFICIAL_ONLY),

  scenario('manager.socket() gives the same socket again', async (stage) => {
    const manager = new io.Manager(stage.origin);
    const one = stage.keep(manager.socket('/', { auth: stage.identity() }));
    const same = manager.socket('/') === one;
    await stage.next(one, 'connect');
    return [same, one.io === manager, await one.emitWithAck('test')];
  }),

  scenario('manager.open() calls its callback, and close() ends all sockets', async (stage) => {
    const manager = new io.Manager(stage.origin, { autoConnect: false });
    const opened = await new Promise((resolve) => manager.open((error) => resolve(error === undefined)));
    const socket = stage.keep(manager.socket('/', { auth: stage.identity() }));
    socket.connect();
    await stage.next(socket, 'connect');
    const lost = stage.next(socket, 'disconnect');
    manager.disconnect();
    return [opened, (await lost)[0]];
  }),
];
