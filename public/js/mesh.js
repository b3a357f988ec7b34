// A room as a mesh: one connection (peer.js) to each other member. It knows who is there, carries
// descriptions and candidates between the connections and the server, and gives everybody a channel
// for texts. What is written there is the page's business (room-talk.js, conversation.js), and so is
// what is seen.

import { createPeerConnection } from './peer.js';

/** How long another way to a member is looked for before it is told that there is none. */
const PATIENCE_MS = 20_000;

/** Between any two: in order, and nothing is lost. A page may want more of them. */
const TEXTS = { id: 0 };

/**
 * @typedef {object} RoomMember another one in the room
 * @property {string} peerId
 * @property {string} userName
 * @property {import('./peer.js').Peer} peer
 * @property {'connecting'|'connected'|'interrupted'|'failed'} link how sound and picture stand
 * @property {'here'|'away'|'gone'} line whether the server hears them; once they are gone, it no
 *   longer waits for them, and they stay as long as sound and picture do
 * @property {boolean} [isDescribed] the first offer or answer of theirs has come
 * @property {number} [patience] the timer
 *
 * @typedef {object} MeshListeners
 * @property {(member: RoomMember) => void} onPeer a member's connection is made, not yet connected
 * @property {(member: RoomMember) => void} onChange a member is new, or something about them is
 * @property {(member: RoomMember) => void} onGone a member is no longer there
 */

/**
 * @param {ReturnType<typeof import('./room-signaling.js').connectRoomSignaling>} signaling
 * @param {string} room
 * @param {object} own what of ours goes to the others
 * @param {() => MediaStream | null} own.stream what is sent, at most one track of a kind
 * @param {Record<string, RTCDataChannelInit>} [own.channels] besides `texts`
 * @param {MeshListeners} listeners
 */
export function createMesh(signaling, room, own, { onPeer, onChange, onGone }) {
  /** By their peerId, in the order in which they came. @type {Map<string, RoomMember>} */
  const members = new Map();

  function add({ peerId, userName }, isPolite) {
    const known = members.get(peerId);
    if (known && known.line !== 'gone') return;
    // One that the server had lost has come in anew; or it was us.
    const predecessor = known ?? [...members.values()].find((old) => old.line === 'gone' && old.userName === userName);
    if (predecessor) remove(predecessor);

    const member = { peerId, userName, link: 'connecting', line: 'here' };
    members.set(peerId, member);
    member.peer = createPeerConnection(own.stream(), {
      peerId,
      isPolite,
      onCandidate: (candidate) => signaling.sendIceCandidate(room, peerId, candidate),
      onDescription: (description) => signaling.sendDescription(room, peerId, description),
      onStateChange: (state) => onConnectionState(member, state),
      onTracksChange: () => isIn(member) && onChange(member),
      channels: { texts: TEXTS, ...own.channels },
    });
    member.peer.channels.texts.addEventListener('close', () => isIn(member) && member.line === 'gone' && remove(member));
    onPeer(member);
    onChange(member);
  }

  function remove(member) {
    clearTimeout(member.patience);
    member.peer.close();
    members.delete(member.peerId);
    onGone(member);
  }

  /** The server does not know them any more: they stay as long as they are seen and heard. */
  function lose(member) {
    if (member.link !== 'connected') {
      remove(member);
      return;
    }
    member.line = 'gone';
    onChange(member);
  }

  /** First offers and answers; the later ones the connection makes by itself. */
  async function describe(member, makeDescription) {
    try {
      signaling.sendDescription(room, member.peerId, await makeDescription());
    } catch (error) {
      if (!isIn(member)) return; // Gone meanwhile.
      console.warn(`No connection to ${member.userName}:`, error.message);
      showLink(member, 'failed');
    }
  }

  function isIn(member) {
    return members.get(member.peerId) === member;
  }

  // --- How sound and picture stand ---

  function onConnectionState(member, state) {
    if (!isIn(member)) return;
    if (state === 'connected') {
      clearTimeout(member.patience);
      member.patience = undefined;
      showLink(member, 'connected');
    } else if (state === 'disconnected' || state === 'failed') {
      if (member.line === 'gone') {
        remove(member);
        return;
      }
      if (member.link !== 'failed') showLink(member, 'interrupted');
      // Another way is looked for by the connection itself, also after this.
      if (state === 'failed') member.patience ??= setTimeout(showLink, PATIENCE_MS, member, 'failed');
    }
  }

  function showLink(member, link) {
    member.link = link;
    onChange(member);
  }

  return {
    /** @returns {RoomMember[]} */
    get members() {
      return [...members.values()];
    },

    // --- What the server tells; it is the page that listens ---

    /** We are in: towards those who were there before, we are the polite one. */
    join(others) {
      for (const other of others) add(other, true);
    },

    offerTo(others) {
      for (const { peerId } of others) {
        const member = members.get(peerId);
        if (member) describe(member, member.peer.createOffer);
      }
    },

    userJoined(other) {
      add(other, other.polite);
    },

    userLeft({ peerId, reason }) {
      const member = members.get(peerId);
      if (!member) return;
      if (reason === 'lost') lose(member);
      else remove(member);
    },

    /** Their connection to the server broke, or is back. */
    showLine(peerId, line) {
      const member = members.get(peerId);
      if (!member) return;
      member.line = line;
      onChange(member);
    },

    // Pair step 10: the other side's offer comes in; what follows is in peer.js, `createAnswer`.
    addOffer({ from, offer }) {
      const member = members.get(from);
      if (!member) return;
      if (member.isDescribed) member.peer.addNewOffer(offer);
      else describe(member, () => member.peer.createAnswer(offer));
      member.isDescribed = true;
    },

    addAnswer({ from, answer }) {
      const member = members.get(from);
      if (!member) return;
      member.isDescribed = true;
      member.peer.addAnswer(answer).catch((error) => console.warn('An answer was not accepted:', error.message));
    },

    addCandidate({ from, candidate }) {
      members.get(from)?.peer.addNewIceCandidate(candidate);
    },

    /** The server knows nobody any more: all have to come in anew. */
    loseAll() {
      for (const member of [...members.values()]) lose(member);
    },

    // --- What goes to all ---

    /** From now on this is sent, or nothing of its kind. */
    async send(kind, track) {
      await Promise.all([...members.values()].map(({ peer }) => peer.send(kind, track)));
    },

    close() {
      for (const member of [...members.values()]) remove(member);
    },
  };
}

/**
 * How large a picture each may send: in a mesh every device makes and sends one for each other.
 * @param {number} people in the room
 */
export function pictureSizeFor(people) {
  if (people < 4) return { width: 1280, height: 720 };
  return people < 9 ? { width: 640, height: 360 } : { width: 320, height: 180 };
}
