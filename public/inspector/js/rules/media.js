// Camera and microphone, and pictures that do not arrive although the browsers are connected.

import { isObject, nameOf } from '../payload.js';
import { callsNow, isConnected, isLate, nameIn, newest, other, ownerOf, pagesNow, problem } from './support.js';

const MEDIA_ERRORS = {
  NotAllowedError: ['the camera or microphone was not allowed', 'Allow it by the symbol in the address bar, and look whether the system lets the browser use the camera. Then reload the page.'],
  NotFoundError: ['there is no camera or no microphone', 'Plug one in, or ask for what is there: `getUserMedia({ audio: true })`. Chromium has `--use-fake-device-for-media-stream`.'],
  NotReadableError: ['the camera or microphone is in use by another program', 'Close the other program (or the other browser), and reload the page.'],
  OverconstrainedError: ['no camera or microphone can do what the constraints ask for', 'Ask for less: `getUserMedia({ video: true, audio: true })`.'],
  TypeError: ['the constraints ask for nothing', 'Ask for something: `getUserMedia({ video: true, audio: true })`.'],
  SecurityError: ['the page may not use the camera', 'Look for a `Permissions-Policy` header, and for an `allow="camera; microphone"` that is missing at an iframe.'],
  AbortError: ['the camera or microphone could not be started', 'Unplug it and plug it in again, or choose another one.'],
};

/** How long pictures may take to arrive after the connection is there. */
const LATE_PICTURE = 3000;

/** @type {import('./support.js').Rule[]} */
export const media = [
  {
    id: 'camera-refused',
    step: null,
    rank: 0,
    check: (run) =>
      newest(pagesNow(run), (page) => {
        // Our own pages say it themselves, and go on without.
        const last = page.isOwn ? null : page.media.findLast(({ isDisplay }) => !isDisplay);
        const error = last?.result?.error;
        if (!error) return null;
        const [words, cure] = Object.hasOwn(MEDIA_ERRORS, error.name) ? MEDIA_ERRORS[error.name] : ['the camera or microphone could not be opened', 'The error says why.'];
        const client = run.clients.get(page.client);
        const isAnswering = callsNow(run).some((call) => call.kind === 'call' && call.state === 'offered' && call.offerer !== page.client && call.shown);
        return problem(last.result, {
          sentence: `${ownerOf(run, page)}’s page gets no stream from getUserMedia (${error.name}): ${words}.`,
          cure,
          step: isAnswering && !client?.offering ? '12' : '1',
          client: page.client,
          page: page.page,
        });
      }),
  },
  {
    id: 'sends-no-picture',
    step: null,
    rank: 1,
    check: (run, now) => newest(callsNow(run), (call) => sendsNone(run, call, 'offerer', now) ?? sendsNone(run, call, 'answerer', now)),
  },
  {
    id: 'picture-not-shown',
    step: null,
    rank: 1,
    check: (run, now) => newest(callsNow(run), (call) => notShown(run, call, 'offerer', now) ?? notShown(run, call, 'answerer', now)),
  },
  {
    id: 'no-packets',
    step: null,
    rank: 1,
    check: (run, now) => newest(callsNow(run), (call) => noPackets(run, call, 'offerer', now) ?? noPackets(run, call, 'answerer', now)),
  },
];

/** When the connection of this side was last connected, if it is. */
function connectedAt(pc) {
  if (!isConnected(pc) || pc.closed) return null;
  let at = null;
  for (const state of pc.history.toReversed()) {
    if (state.connection !== 'connected') break;
    at = state;
  }
  return at;
}

const has = (pc, kind) => pc.methods.some(({ method, args }) => /^add(?:Track|Transceiver)$/.test(method) && nameOf((Array.isArray(args) ? args[0] : args)?.kind) === kind);

/** The camera's track of `side` has ended or is muted: what it sends is black, or nothing. */
function sendsNone(run, call, side, now) {
  const pc = call.pcs[side];
  const page = run.pages.get(pc?.page);
  if (!page || page.isOwn || page.gone || !isLate(connectedAt(pc), now)) return null;
  const state = pc.trackStates.findLast(({ isLocal, track }) => isLocal && track === 'video');
  if (!state || state.event === 'unmute' || !isLate(state, now)) return null;
  const name = nameIn(call, side);
  return problem(state, {
    sentence: `${name}’s camera gives no picture: its track ${state.event === 'ended' ? 'has ended' : 'is muted'}, so ${nameIn(call, other(side))} sees nothing or black.`,
    cure: 'Is the camera unplugged, covered, or taken by another program? Was `track.stop()` called? Get a new stream, and `sender.replaceTrack(track)`.',
    step: side === 'offerer' ? '1' : '12',
    client: call[side],
    page: page.page,
  });
}

/** The other side's picture arrives, but no `<video>` shows it. */
function notShown(run, call, side, now) {
  const pc = call.pcs[side];
  const page = run.pages.get(pc?.page);
  const isTold = page && !page.isOwn && !page.gone && !page.isHidden && page.elements;
  if (!isTold || !isLate(connectedAt(pc), now) || !pc.tracks.some(({ track }) => track === 'video')) return null;
  const videos = page.elements.videos;
  const [name, theirs] = [nameIn(call, side), nameIn(call, other(side))];
  const step = side === 'offerer' ? '23' : '20';
  const fields = { step, client: call[side], page: page.page };
  const withStream = videos.filter(({ hasStream, kind }) => hasStream === true && kind !== 'audio');
  // Without a frame an element has not begun, whatever its page does.
  const stopped = withStream.find(({ blocked, readyState }) => blocked === true && readyState >= 2);
  if (stopped && isLate(page.elements, now)) {
    return problem(page.elements, {
      sentence: `${theirs}’s picture arrives, but a \`<video>\` on ${name}’s page stands still: it has no \`autoplay\`, or the browser has blocked it.`,
      cure: 'Write `<video autoplay playsinline>` (and `muted` for one’s own picture). Browsers start sound only after a click: call `video.play()` in the click that answers.',
      ...fields,
    });
  }
  // Browsers decode what arrives, shown or not: where nothing does, the sender is the one to look at.
  if (!isLate(connectedAt(pc), now, LATE_PICTURE) || !isLate(page.elements, now) || !(pc.stats?.framesDecoded > 0)) return null;
  const pictures = withStream.filter(({ width }) => width > 0);
  const isPreviewOnly = pictures.length > 0 && pictures.every(({ muted }) => muted === true) && page.media.some(({ result }) => result?.ok);
  if (pictures.length > 0 && !isPreviewOnly) return null;
  return problem(page.elements, {
    sentence: `The two browsers are connected, but no \`<video>\` on ${name}’s page shows ${theirs}’s picture.`,
    cure: "`peerConnection.addEventListener('track', e => { remoteVideoEl.srcObject = e.streams[0] })`, added before setRemoteDescription.",
    ...fields,
  });
}

/** Connected, this side has a camera in the connection, and nothing of it is sent or decoded. */
function noPackets(run, call, side, now) {
  const pc = call.pcs[side];
  const theirs = call.pcs[other(side)];
  const [page, sender] = [run.pages.get(pc?.page), run.pages.get(theirs?.page)];
  if (!page || !sender || page.isOwn || sender.isOwn || page.gone || sender.gone || page.isHidden || sender.isHidden) return null;
  const since = connectedAt(pc);
  if (!isLate(since, now, LATE_PICTURE) || !isLate(connectedAt(theirs), now, LATE_PICTURE) || !has(theirs, 'video')) return null;
  if (!isObject(pc.stats) || !isObject(theirs.stats) || pc.stats.at - since.at < LATE_PICTURE || theirs.stats.at - since.at < LATE_PICTURE) return null;
  if (!pc.tracks.some(({ track }) => track === 'video') || pc.stats.framesDecoded > 0) return null;
  const isSent = theirs.stats.framesSent > 0;
  const [name, from] = [nameIn(call, side), nameIn(call, other(side))];
  return problem(pc.stats, {
    sentence: isSent
      ? `${from}’s browser sends a picture, but ${name}’s browser decodes none of it.`
      : `The two browsers are connected, but ${from}’s browser sends no picture.`,
    cure: isSent ? 'Is the video section `inactive` on one side, or a codec missing that the other one has?' : `Is ${from}’s camera covered or switched off (\`track.enabled = false\`)?`,
    step: side === 'offerer' ? '23' : '20',
    client: call[other(side)],
    page: sender.page,
  });
}
