// A proxy of the tests' own, between a page and a server: the network that can be slow, cut or dead.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Listens on a free port of this machine and passes everything on to `target` (a port; may be
 * changed). `delay` in ms holds back each piece, in order. `close()` ends it.
 */
export async function startProxy(target, { delay = 0 } = {}) {
  const ends = new Set();
  let isHeld = false;
  const proxy = {
    target,
    /** New connections are reset. */
    refusing: false,
    /** Nothing passes any more, and no end is notified: a cable pulled out. */
    frozen: false,

    /** Resets all connections there are. */
    cut() {
      for (const end of ends) reset(end);
    },

    /** What is on its way waits, new connections too, and nothing is lost, until `release()`. */
    hold() {
      isHeld = true;
      for (const end of ends) end.pause();
    },

    release() {
      isHeld = false;
      for (const end of ends) end.resume();
    },

    async close() {
      proxy.refusing = true;
      proxy.cut();
      server.close();
      await once(server, 'close');
    },
  };

  const server = createServer((client) => {
    if (proxy.refusing) {
      reset(client);
      return;
    }
    const upstream = connect(proxy.target, '127.0.0.1');
    join(client, upstream);
    join(upstream, client);
    if (isHeld) for (const end of [client, upstream]) end.pause();
  });

  function join(from, to) {
    ends.add(from);
    const pass = (action) => {
      if (delay > 0) setTimeout(action, delay);
      else action();
    };
    from.setNoDelay(true);
    from.on('data', (data) => pass(() => proxy.frozen || to.destroyed || to.write(data)));
    from.on('end', () => pass(() => proxy.frozen || to.end()));
    from.on('error', () => reset(to));
    from.on('close', () => {
      ends.delete(from);
      if (!proxy.frozen) pass(() => to.destroy());
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = server.address().port;
  return proxy;
}

/** Only a connection that is fully there can be reset: of others Node would keep something for ever. */
function reset(end) {
  if (end.connecting || end.writableEnded) end.destroy();
  else if (!end.destroyed) end.resetAndDestroy();
}
