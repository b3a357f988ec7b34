// Sentences on the console for mistakes that would leave no trace: a refusal that no listener takes,
// an event that the server sends and the page does not listen to, one that the server does not know.
// Only for the server that gave this script: other servers know other events.

/** What pages send, all spellings that the server understands. */
export const SENT_BY_PAGES = [
  'newOffer', 'newAnswer', 'sendIceCandidateToSignalingServer', 'sendIceCandidatesToServer',
  'sendIceCandidatetoSignalingServer', 'sendICECandidatetoSignalServer', 'sendICEToSignalingServer',
  'checkOffers', 'hangup', 'cancelOffer', 'declineOffer', 'rejoinCall', 'callStage', 'test',
  'joining-room', 'sending-SDP-offer', 'accepting-SDP-offer', 'sending-ICE-candidate', 'leaving-room',
  'setting-access', 'admitting-peer', 'rejecting-peer',
];

/** Sent to all in a lobby: of use to a page that takes part in calls. */
const ANNOUNCEMENTS = ['availableOffers', 'newOfferAwaiting'];

/** Sent to one page, whose call fails without it: worth a sentence if the page does not listen to it. */
const DIRECTED = [
  'answerResponse', 'receivedIceCandidateFromServer',
  'receiving-SDP-offer', 'accepting-SDP-offer', 'receiving-ICE-candidate',
];

/** All else that the server sends; the course's pages know nothing of it and work without. */
const FURTHER = [
  'newOfferWaiting', 'offerWithdrawn', 'peerHangup', 'peerLost', 'peerBack', 'renegotiation', 'restored',
  'serverClosing', 'signalingError', 'joined-room', 'requesting-SDP-offer', 'user-joined', 'user-left',
  'user-lost', 'user-back', 'host-changed', 'access-changed', 'waiting-in-room', 'waiting-changed', 'not-admitted',
];
export const SENT_BY_SERVER = [...ANNOUNCEMENTS, ...DIRECTED, ...FURTHER];

/** A page that makes up names as it goes gets no more sentences than this. */
const MOST_NAMES = 20;
/** How long `newOfferAwaiting` is given to come under its other name, too. */
const ALIAS_PATIENCE_MS = 1000;

export class Hints {
  /** The names that have had their sentence. */
  _names = new Set();
  _takesPartInCalls = false;
  _hasAliases = false;

  /** The page sends `event`. */
  sent(event) {
    if (event === 'newOffer' || event === 'newAnswer') this._takesPartInCalls = true;
    if (SENT_BY_PAGES.includes(event)) return;
    const meant = nearest(String(event), SENT_BY_PAGES);
    this._once(event, `The server knows no event "${event}" and ignores it.${meant ? ` Did you mean "${meant}"?` : ''}`);
  }

  /** The server sent `event`; `listened` are the names of the events that the page listens to. */
  received([event, payload], listened) {
    if (event === 'newOfferWaiting') this._hasAliases = true;
    if (listened.includes(event)) return;
    if (event === 'signalingError') {
      say(`The server refused "${payload?.event}": ${payload?.message} (${payload?.code})`);
    } else if (event === 'newOfferAwaiting' && listened.includes('newOfferWaiting')) {
      setTimeout(() => this._hasAliases || this._missed(event, listened), ALIAS_PATIENCE_MS);
    } else if (DIRECTED.includes(event) || (ANNOUNCEMENTS.includes(event) && this._isCallPage(listened))) {
      this._missed(event, listened);
    }
  }

  /** The server refused the connection, and no listener of `connect_error` takes the error. */
  refused(message) {
    say(`The server refused the connection: ${message}`);
  }

  _isCallPage(listened) {
    const ofCalls = [...ANNOUNCEMENTS, 'answerResponse', 'receivedIceCandidateFromServer', 'newOfferWaiting'];
    return this._takesPartInCalls || listened.some((event) => ofCalls.includes(event));
  }

  _missed(event, listened) {
    const isSent = (name) => name !== 'newOfferWaiting' && SENT_BY_SERVER.includes(name);
    const written = nearest(event, listened.filter((name) => !isSent(name)));
    const guess = written ? ` It listens to "${written}", which does not come. Did you mean "${event}"?` : '';
    this._once(event, `The server sent "${event}", and this page does not listen to it.${guess}`);
  }

  _once(event, sentence) {
    if (this._names.has(event) || this._names.size >= MOST_NAMES) return;
    this._names.add(event);
    say(sentence);
  }
}

function say(sentence) {
  console.warn(`Socket.IO: ${sentence}`);
}

/** The name that differs least from `name`, if it is by a third of the letters at most. */
export function nearest(name, names) {
  const written = plain(name);
  const compare = (other) => ({ other, share: distance(written, plain(other)) / Math.max(written.length, plain(other).length) });
  const [best] = names.map(compare).sort((a, b) => a.share - b.share);
  return best?.share <= 1 / 3 ? best.other : undefined;
}

/** Upper case and hyphens are what people mistake first, and mean least. */
function plain(name) {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '').slice(0, 64);
}

/** How many letters have to be added, taken away or exchanged (Levenshtein). */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (a[i] === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1);
}
