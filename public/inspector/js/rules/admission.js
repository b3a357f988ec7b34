// The page has no connection to the server: password, certificate, origin, wrong address.

import { called, hasWorked } from '../methods.js';
import { nameOf } from '../payload.js';
import { isLate, newest, ownerOf, pagesNow, problem } from './support.js';

/** A person needs this long, in milliseconds, to mend a page and load it again. */
const BACK_AFTER = 3000;

/** An admitted client of the same name, or from the same address, has come since. */
function hasComeSince(run, { n, at, from, userName }) {
  // Pages with a name for each load come back under another one; a second person may be there in a moment, too.
  const isSame = (client, connect) => (userName && client.userName === userName) || (client.from === from && connect.at - at > BACK_AFTER);
  return [...run.clients.values()].some((client) => client.connects.at(-1).n > n && isSame(client, client.connects.at(-1)));
}

const who = ({ userName }) => nameOf(userName) || 'A page';

const REASONS = {
  'wrong-password': (record) => ({
    sentence: `${who(record)} has sent a wrong password, so the server has closed the connection.`,
    cure: "Send the server's password: `io.connect('https://localhost:8181/', { auth: { userName, password: 'x' } })`. It is `x`, or what `--password` says, and stands in `auth`.",
  }),
  'wrong-token': (record) => ({
    sentence: `${who(record)} has been refused: ${nameOf(record.message, 'the token is wrong.')}`,
    cure: 'Send a token that is still valid as `auth: { token }`.',
  }),
  'wrong-origin': (record) => ({
    sentence: `The server has refused a page from ${nameOf(record.origin, 'another origin')}: it does not let this origin connect.`,
    cure: `Open the page by the server's own address, or start the server with \`--allow-origin ${nameOf(record.origin, 'ORIGIN')}\`.`,
  }),
  'engine-io-3': (record) => ({
    sentence: `${who(record)} uses a Socket.IO client of version 2 or older, which this server does not understand.`,
    cure: 'Load the client from the server: `<script src="/socket.io/socket.io.js"></script>`.',
  }),
  certificate: () => ({
    sentence: 'A browser has refused the connection because it does not trust the server’s certificate.',
    cure: 'Open the address that stands in `io.connect()` in a tab of the same browser, accept the certificate there, and reload your page.',
  }),
};

/** @type {import('./support.js').Rule[]} */
export const admission = [
  {
    id: 'not-admitted',
    step: '10',
    rank: 0,
    check: (run) =>
      newest(run.rejects, (record) => {
        if (hasComeSince(run, record)) return null;
        const reason = Object.hasOwn(REASONS, record.code) ? REASONS[record.code] : null;
        const words = reason?.(record) ?? {
          sentence: `The server has refused the connection of ${who(record)}: ${nameOf(record.message, nameOf(record.code))}`,
          cure: 'The sentence above says what to change in `io.connect()`.',
        };
        const page = [...run.pages.values()].findLast(({ rejected }) => rejected?.n === record.n);
        return problem(record, { ...words, step: '10', page: page?.page ?? null });
      }),
  },
  {
    id: 'insecure-page',
    step: '1',
    rank: 0,
    check: (run) =>
      newest(pagesNow(run), (page) => {
        const isUsed = [...page.pcs.values()].some((pc) => pc.states.connection === 'connected');
        const needsNone = ['pairs', 'gst'].includes(run.clients.get(page.client)?.as);
        if (page.isSecure || page.hasCamera || isUsed || needsNone) return null;
        return problem(page, {
          sentence: `${ownerOf(run, page)}’s page was opened by http: there the browser has no \`navigator.mediaDevices\`, so no camera and no microphone.`,
          cure: 'Open the page by https, or as `http://localhost`. Other names and addresses need https.',
          step: '1',
          client: page.client,
          page: page.page,
        });
      }),
  },
  {
    id: 'client-script-missing',
    step: '10',
    rank: 0,
    check: (run) =>
      newest(pagesNow(run), (page) => {
        const isAbout = ({ message, source }) => /\bio is not defined|Can't find variable: io\b/.test(message) || (/could not be loaded/.test(message) && /socket\.io/.test(source));
        const error = page.client ? null : page.errors.find(isAbout);
        if (!error) return null;
        return problem(error, {
          sentence: `${page.path || 'A page'} uses \`io\`, but has not loaded the Socket.IO client.`,
          cure: 'Put `<script src="/socket.io/socket.io.js"></script>` before your own scripts, and look whether the address is right.',
          step: '10',
          page: page.page,
        });
      }),
  },
  {
    id: 'no-socket',
    step: '10',
    rank: 1,
    check: (run, now) =>
      newest(pagesNow(run), (page) => {
        if (run.header?.dump) return null; // A browser's dump says nothing of the server.
        if (page.client || page.isOwn || !isLate(page, now, 3000)) return null;
        const offer = [...page.pcs.values()].map((pc) => called(pc, 'createOffer')).find(hasWorked);
        const isRefused = run.rejects.some(({ from, n }) => from === page.from && n > page.n);
        if (!offer || isRefused || !isLate(offer, now)) return null;
        const mixed = page.protocol === 'https:' ? ' The page came by https, so the address has to be https, too: browsers block the mixture.' : '';
        return problem(offer, {
          sentence: `${page.path || 'A page'} has made an offer, but has no connection to this server: its events go nowhere.`,
          cure: `Look at the address in \`io.connect()\`: host and port have to be those of this server, and the browser has to accept its certificate.${mixed}`,
          step: '10',
          page: page.page,
        });
      }),
  },
];
