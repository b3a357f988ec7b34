// @ts-check
// A room as a mesh: one connection (peer.js) to each other member. It knows the members, and carries descriptions and
// candidates between the connections and the server. room.js decides what is sent.

import { lookAtWay } from './connection-way.js';
import { details } from './loaded.js';
import { Member } from './member.js';
import { ANOTHER_WAY_MS, CONNECT_MS, MOST_RENEWALS, REASON_MS } from './patience.js';
import { createPeerConnection } from './peer.js';
import { TALK_CHANNELS } from './talk.js';

/**
 * @typedef {object} MeshListeners
 * @property {(member: Member) => void} onPeer a connection to a member is created, the first or
 *   a later one, and not yet connected
 * @property {(member: Member) => void} onChange a member is new, or something about them is
 * @property {(member: Member) => void} onGone a member is no longer there
 * @property {(problem: string) => void} onProblem what does not work with a member, and what to do
 */

/**
 * @param {Pick<import('./room-signaling.js').RoomSignaling, 'connected' | 'iceServers' | 'sendDescription' | 'sendCandidateTo'>} signaling
 * @param {string} room
 * @param {() => MediaStream | null} ownStream what is sent, at most one track of a kind; null: channels only
 * @param {MeshListeners} listeners
 */
export function createMesh(signaling, room, ownStream, { onPeer, onChange, onGone, onProblem }) {
  /** By their id, in the order in which they came. @type {Map<string, Member>} */
  const members = new Map();

  function add({ peerId, userName }, isPolite) {
    const known = members.get(peerId);
    if (known && known.line !== 'gone') return;
    // A member that the server had lost has joined again; or this page has.
    const predecessor = known ?? [...members.values()].find((old) => old.line === 'gone' && old.name === userName);
    if (predecessor) remove(predecessor, 'lost');

    const member = new Member({ peerId, userName }, isPolite);
    members.set(peerId, member);
    connect(member);
    onChange(member);
  }

  /** Makes a connection to a member, in place of the old one if there is any. */
  function connect(member) {
    const { id, isPolite } = member;
    const old = member.peer;
    const isCurrent = () => isIn(member) && member.peer === peer;
    let peer;
    try {
      peer = createPeerConnection(ownStream(), {
        peerId: id,
        isPolite,
        iceServers: signaling.iceServers,
        onCandidate: (candidate) => signaling.sendCandidateTo(room, id, candidate),
        onDescription: (description) => signaling.sendDescription(room, id, description),
        onStateChange: (state) => isCurrent() && onConnectionState(member, state),
        onTracksChange: () => isCurrent() && onChange(member),
        onClosed: () => isCurrent() && onClosed(member),
        onUnanswered: () => isCurrent() && onUnanswered(member),
        onBroken: () => isCurrent() && offerNewConnection(member),
        isReachable: () => signaling.connected && member.line === 'here',
        channels: TALK_CHANNELS,
        onChannel: (channel) => isCurrent() && member.channels.take(channel),
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

  function remove(member, reason) {
    endPatience(member);
    member.peer?.close();
    member.reason = reason;
    members.delete(member.id);
    onGone(member);
  }

  /** The server does not know the member any more: it stays as long as sound and picture arrive. */
  function lose(member) {
    if (member.state !== 'connected') {
      remove(member, 'lost');
      return;
    }
    member.line = 'gone';
    onChange(member);
  }

  /** Sends first offers and answers; peer.js sends the later ones. */
  async function describe(member, makeDescription) {
    const { peer } = member;
    try {
      signaling.sendDescription(room, member.id, await makeDescription());
    } catch (error) {
      failToConnect(member, peer, error);
    }
  }

  function failToConnect(member, peer, error) {
    // The member may have left meanwhile, or the connection may have been replaced.
    if (isIn(member) && member.peer === peer) fail(member, `No connection to ${member.name}: ${error.message}`);
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
    return members.get(member.id) === member;
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
        remove(member, 'lost');
        return;
      }
      if (member.state === 'connected') showLink(member, 'interrupted');
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
        remove(member, member.line === 'gone' ? 'lost' : 'left');
      }
    }, isTold ? REASON_MS : 0);
  }

  function onUnanswered(member) {
    if (member.isUnchanging) return;
    member.isUnchanging = true;
    onProblem(details().unansweredWords(member.name));
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
      fail(member, details().noWayWords(member.name, member.peer.candidateKinds, signaling.iceServers.state));
    }
  }

  function fail(member, problem) {
    endPatience(member);
    member.problem = problem;
    onProblem(problem);
    showLink(member, 'failed');
  }

  function showLink(member, link) {
    member.state = link;
    onChange(member);
  }

  return {
    /** @returns {Member[]} */
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
      else remove(member, reason);
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

    close() {
      for (const member of [...members.values()]) remove(member, 'left');
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
