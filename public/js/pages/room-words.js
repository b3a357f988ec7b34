// The room page's sentences: the members, who joined and left, the state of the connections. Plain functions
// that need no page.

/** How many are named before the rest is counted. */
const NAMED = 3;

/** From how many people on the page shows what a mesh costs. */
const MANY = 6;

/**
 * @typedef {object} RoomFacts
 * @property {string} room
 * @property {{userName: string, line: 'here'|'away'|'gone'}[]} members the others
 * @property {boolean} serverIsAway there is no connection to the server now
 * @property {boolean} serverIsGone and the page does not try any more
 * @property {string} news the last thing that happened
 */

/**
 * The status line.
 * @param {RoomFacts} facts
 */
export function roomWords({ room, members, serverIsAway, serverIsGone, news }) {
  const stage = members.length
    ? `In “${room}” with ${list(members.map(({ userName }) => userName))}.`
    : `You are alone in “${room}”.`;
  return [stage, lineWords(members, serverIsAway, serverIsGone) || news].filter(Boolean).join(' ');
}

/** Which connection is lost. Sound and picture do not pass through the server. */
function lineWords(members, serverIsAway, serverIsGone) {
  const goesOn = members.length ? 'the call goes on without it.' : 'others cannot join until it is back.';
  if (serverIsGone) return `The server has closed the connection; ${members.length ? goesOn : 'others cannot join.'}`;
  if (serverIsAway) return `The server is out of reach; ${goesOn}`;
  const named = (line) => members.filter((member) => member.line === line).map(({ userName }) => userName);
  const [away, gone] = [named('away'), named('gone')];
  if (away.length === 1) return `${away[0]}’s connection to the server is lost, waiting…`;
  if (away.length) return `The connections of ${list(away)} to the server are lost, waiting…`;
  if (gone.length) return `The server has lost ${list(gone)}; the call goes on without it.`;
  return '';
}

/** “Ann”, “Ann and Bob”, “Ann, Bob, Carl and 2 others”. */
function list(names) {
  const rest = names.length - NAMED;
  const parts = rest > 1 ? [...names.slice(0, NAMED), `${rest} others`] : names;
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** How a member left. */
export function leftWords({ userName, reason }) {
  const ways = { left: 'left', closed: 'closed the page', lost: 'lost the connection' };
  return `${userName} ${ways[reason] ?? 'left'}.`;
}

/** The text on a tile without a picture, or over one that has stopped. */
export function tileWords({ userName, link, isOwn, hasPicture }) {
  if (isOwn) return hasPicture ? '' : 'Your camera is off';
  switch (link) {
    case 'connecting': return `Connecting to ${userName}…`;
    case 'interrupted': return 'Interrupted. Looking for another way…';
    case 'failed': return `No connection to ${userName}`;
    default: return hasPicture ? '' : 'No picture';
  }
}

/**
 * What a mesh costs, in figures; nothing while it costs little.
 * @param {number} people in the room, the user included
 */
export function meshWords(people) {
  if (people < MANY) return '';
  const links = (people * (people - 1)) / 2;
  return `${people} people make ${links} connections in this room, and your device sends its picture ${people - 1} times.`
    + ' Pictures are smaller now; if they falter, switch some cameras off.';
}
