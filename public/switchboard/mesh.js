// @ts-check
// A room as a mesh: one connection (peer.js) to each other member. It knows the
// members, carries descriptions and candidates between the connections and the server, and opens a channel
// for texts to each member. Pages decide what is sent on it (room-talk.js, conversation.js) and what is shown.

import { lookAtWay } from './connection-way.js';
import { noWayWords, unansweredWords } from './connection-words.js';
import { ANOTHER_WAY_MS, CONNECT_MS, MOST_RENEWALS, REASON_MS } from './patience.js';
import { createPeerConnection } from './peer.js';

/** Between any two members: reliable and in order. A page may add other channels. */
const TEXTS = { id: 0 };

/**
 * @typedef {object} RoomMember another member of the room
 * @property {string} peerId
 * @property {string} userName
 * @property {boolean} isPolite whether this page is the polite side towards them
 * @property {import('./peer.js').Peer} [peer] missing if the browser makes no more connections
 * @property {'connecting'|'connected'|'interrupted'|'failed'} link the state of sound and picture
 * @property {import('./connection-way.js').Way} [way] by which these arrive
 * @property {'here'|'away'|'gone'} line their connection to the server; once it is `gone` the
 *   server no longer waits for them, and they stay as long as sound and picture do
 * @property {boolean} [isDescribed] their first offer or answer has arrived
 * @property {number} [patience] the timer
 * @property {number} renewals connections made in place of a broken one, since one worked
 * @property {boolean} [hasClosed] they closed the connection while the server could not say so
 * @property {string} [problem] why the link failed, and what to do
 * @property {boolean} [isUnchanging] they do not take part in changes
 *
 * @typedef {object} MeshListeners
 * @property {(member: RoomMember) => void} onPeer a connection to a member is created, the first or
 *   a later one, and not yet connected
 * @property {(member: RoomMember) => void} onChange a member is new, or something about them is
 * @property {(member: RoomMember) => void} onGone a member is no longer there
 * @property {(problem: string) => void} onProblem what does not work with a member, and what to do
 */

/**
 * @param {import('./signaling.js').Signaling} signaling
 * @param {string} room
 * @param {object} own what this page sends to the others
 * @param {() => MediaStream | null} own.stream what is sent, at most one track of a kind
 * @param {Record<string, RTCDataChannelInit>} [own.channels] besides `texts`
 * @param {MeshListeners} listeners
 */
export function createMesh(signaling, room, own, { onPeer, onChange, onGone, onProblem }) {
  /** By their peerId, in the order in which they came. @type {Map<string, RoomMember>} */
  const members = new Map();

  function add({ peerId, userName }, isPolite) {
    const known = members.get(peerId);
    if (known && known.line !== 'gone') return;
    // A member that the server had lost has joined again; or this page has.
    const predecessor = known ?? [...members.values()].find((old) => old.line === 'gone' && old.userName === userName);
    if (predecessor) remove(predecessor);

    /** @type {RoomMember} */
    const member = { peerId, userName, isPolite, link: 'connecting', line: 'here', renewals: 0 };
    members.set(peerId, member);
    connect(member);
    onChange(member);
  }

  /** Makes a connection to a member, in place of the old one if there is any. */
  function connect(member) {
    const { peerId, isPolite } = member;
    const old = member.peer;
    const isCurrent = () => isIn(member) && member.peer === peer;
    let peer;
    try {
      peer = createPeerConnection(own.stream(), {
        peerId,
        isPolite,
        iceServers: signaling.iceServers,
        onCandidate: (candidate) => signaling.sendCandidateTo(room, peerId, candidate),
        onDescription: (description) => signaling.sendDescription(room, peerId, description),
        onStateChange: (state) => isCurrent() && onConnectionState(member, state),
        onTracksChange: () => isCurrent() && onChange(member),
        onClosed: () => isCurrent() && onClosed(member),
        onUnanswered: () => isCurrent() && onUnanswered(member),
        onBroken: () => isCurrent() && offerNewConnection(member),
        isReachable: () => signaling.connected && member.line === 'here',
        channels: { texts: TEXTS, ...own.channels },
      });
    } catch (error) {
      fail(member, error.message);
    }
    member.peer = peer;
    old?.close();
    if (!peer) return;
    onPeer(member);
    beginPatience(member, CONNECT_MS);
  }

  function remove(member) {
    endPatience(member);
    member.peer?.close();
    members.delete(member.peerId);
    onGone(member);
  }

  /** The server does not know the member any more: it stays as long as sound and picture arrive. */
  function lose(member) {
    if (member.link !== 'connected') {
      remove(member);
      return;
    }
    member.line = 'gone';
    onChange(member);
  }

  /** Sends first offers and answers; peer.js sends the later ones. */
  async function describe(member, makeDescription) {
    const { peer } = member;
    try {
      signaling.sendDescription(room, member.peerId, await makeDescription());
    } catch (error) {
      failToConnect(member, peer, error);
    }
  }

  function failToConnect(member, peer, error) {
    // The member may have left meanwhile, or the connection may have been replaced.
    if (isIn(member) && member.peer === peer) fail(member, `No connection to ${member.userName}: ${error.message}`);
  }

  /** Replaces a connection that cannot be restored otherwise; the other side does the same. */
  function offerNewConnection(member) {
    member.renewals += 1;
    if (member.renewals > MOST_RENEWALS) return; // What still works goes on.
    renew(member);
    if (member.peer) describe(member, member.peer.createOffer);
  }

  function renew(member) {
    endPatience(member);
    showLink(member, 'interrupted');
    connect(member);
  }

  function isIn(member) {
    return members.get(member.peerId) === member;
  }

  // --- The state of sound and picture ---

  function onConnectionState(member, state) {
    if (state === 'connected') {
      endPatience(member);
      member.renewals = 0;
      if (member.problem) onProblem('');
      member.problem = undefined;
      showLink(member, 'connected');
      lookAtWay(member.peer, (way) => {
        if (way === member.way || !isIn(member)) return;
        member.way = way;
        onChange(member);
      });
    } else if (state === 'disconnected' || state === 'failed') {
      if (member.line === 'gone') {
        remove(member);
        return;
      }
      if (member.link === 'connected') showLink(member, 'interrupted');
      // peer.js restarts ICE, also after this.
      if (state === 'failed') beginPatience(member, ANOTHER_WAY_MS);
    }
  }

  /** The other side closed the connection: it left, which the server says if it can, or it offers a new one. */
  function onClosed(member) {
    const { peer } = member;
    const isTold = signaling.connected && member.line === 'here';
    setTimeout(() => {
      if (!isIn(member) || member.peer !== peer) return;
      if (isTold) {
        showLink(member, 'interrupted');
        beginPatience(member, ANOTHER_WAY_MS);
      } else {
        member.hasClosed = member.line !== 'gone'; // The server has announced that already.
        remove(member);
      }
    }, isTold ? REASON_MS : 0);
  }

  function onUnanswered(member) {
    if (member.isUnchanging) return;
    member.isUnchanging = true;
    onProblem(unansweredWords(member.userName));
  }

  function beginPatience(member, ms) {
    member.patience ??= setTimeout(losePatience, ms, member);
  }

  function endPatience(member) {
    clearTimeout(member.patience);
    member.patience = undefined;
  }

  /** ICE cannot be restarted while the server or the member is away. */
  function losePatience(member) {
    endPatience(member);
    if (!signaling.connected || member.line === 'away') beginPatience(member, ANOTHER_WAY_MS);
    else {
      fail(member, noWayWords(member.userName, member.peer.candidateKinds, signaling.iceServers.state));
    }
  }

  function fail(member, problem) {
    endPatience(member);
    member.problem = problem;
    onProblem(problem);
    showLink(member, 'failed');
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

    // --- Events from the server, to which the page listens ---

    /** This page joined: it is the polite side towards the members that were there before. */
    join(others) {
      for (const other of others) add(other, true);
    },

    offerTo(others) {
      for (const { peerId } of others) {
        const member = members.get(peerId);
        if (member?.peer) describe(member, member.peer.createOffer);
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

    /** A member's connection to the server broke, or is back. */
    showLine(peerId, line) {
      const member = members.get(peerId);
      if (!member) return;
      member.line = line;
      onChange(member);
    },

    // Pair step 10: the other side's offer comes in; what follows is in peer.js, `createAnswer`.
    addOffer({ from, offer }) {
      const member = members.get(from);
      if (!member?.peer) return;
      const isFirst = !member.isDescribed;
      const isReplaced = member.peer.isReplacedBy(offer);
      member.isDescribed = true;
      if (isReplaced) renew(member);
      if (!isFirst && !isReplaced) member.peer.addNewOffer(offer);
      else if (member.peer) describe(member, () => member.peer.createAnswer(offer));
    },

    addAnswer({ from, answer }) {
      const member = members.get(from);
      if (!member?.peer) return;
      member.isDescribed = true;
      const { peer } = member;
      peer.addAnswer(answer).catch((error) => failToConnect(member, peer, error));
    },

    addCandidate({ from, candidate }) {
      members.get(from)?.peer?.addNewIceCandidate(candidate);
    },

    /** The server knows no member any more: all join again. */
    loseAll() {
      for (const member of [...members.values()]) lose(member);
    },

    // --- For all members ---

    /** From now on sends this track, or with null none of its kind. */
    async send(kind, track) {
      await Promise.all([...members.values()].map(({ peer }) => peer?.send(kind, track)));
    },

    close() {
      for (const member of [...members.values()]) remove(member);
    },
  };
}

/**
 * How large a picture each member may send: in a mesh every device encodes and sends one for each other member.
 * @param {number} people in the room
 */
export function pictureSizeFor(people) {
  if (people < 4) return { width: 1280, height: 720 };
  return people < 9 ? { width: 640, height: 360 } : { width: 320, height: 180 };
}
