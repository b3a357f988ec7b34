/**
 * The wire as TypeScript declarations: every event, message, reply and refusal of docs/protocol.md, which says in
 * sentences what happens. "Own" marks what the course's server does not have.
 *
 * ```ts
 * import { io, type Socket } from 'socket.io-client';
 * import type { ClientToServerEvents, Handshake, ReplyTo, ServerToClientEvents } from './protocol';
 *
 * const auth: Handshake = { userName: 'Amy', password: 'x' };
 * const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({ auth });
 * socket.on('newOfferAwaiting', ([offer]) => console.log(offer.offererUserName));
 * const reply: ReplyTo<'newOffer'> = await socket.emitWithAck('newOffer', await peer.createOffer());
 * ```
 *
 * socket.io-client types the result of `emitWithAck` as `any` for events that may also be sent without a reply, so
 * annotate it as above.
 */

// --- Values ---

/** A description, as `createOffer()` or `createAnswer()` gave it; the server relays it unread but for `a=ice-ufrag`. */
export type Description = RTCSessionDescriptionInit;

/** A candidate; null at the end of gathering. */
export type Candidate = RTCIceCandidateInit | null;

/** The offer object: one call, open or answered. */
export interface Offer {
  offererUserName: string;
  offer: Description;
  /** The offerer's candidates so far, oldest first. */
  offerIceCandidates: Candidate[];
  answererUserName: string | null;
  answer: Description | null;
  /** Always empty on the wire. */
  answererIceCandidates: never[];
  /** Own: the server's id of this offer, and of the call that it becomes. */
  offerId: string;
  /** Own: the user name of the only clients that receive it and may answer; not there in an offer to all. */
  to?: string;
}

/** An offer object whose offer has been answered. */
export interface AnsweredOffer extends Offer {
  answererUserName: string;
  answer: Description;
}

/** What `newAnswer` needs of the offer object; pages send the whole object with `answer` filled in. */
export type Answer = { answer: Description } & ({ offerId: string } | { offererUserName: string });

/** An offer to the clients of one user name; null stands for all of the lobby. */
export interface DirectedOffer {
  offer: Description;
  to: string | null;
}

/** A new offer within an answered call: ICE restart, another track. */
export interface Renegotiation {
  offerId: string;
  offer: Description;
}

/** The answer to a `Renegotiation`. */
export interface RenegotiationAnswer {
  offerId: string;
  answer: Description;
}

/** One candidate of the sender. */
export interface SentCandidate {
  iceCandidate: Candidate;
  /** Not trusted: the connection says who sends. */
  iceUserName?: string;
  /** Whether the sender is the offerer of the call. */
  didIOffer: boolean;
  /** Own: the call that the candidate belongs to. */
  offerId?: string;
}

/** The other party of a call. */
export interface Party {
  userName: string;
  offerId: string;
}

/** One end of a running call that the server does not know, since it was started again. */
export interface Rejoin {
  offerId: string;
  didIOffer: boolean;
  /** The other party. */
  userName: string;
  /** A secret of the two parties, 1 to 256 bytes. */
  key: string;
}

/** A member of a room. */
export interface Member {
  /** The member's id in this room. */
  peerId: string;
  userName: string;
}

/** Own: who may enter a room: each client, those that the host admits, or no other. */
export type RoomAccess = 'open' | 'ask' | 'locked';

/** A room that the client is in. */
export interface Membership {
  room: string;
  /** The client's own id in this room. */
  peerId: string;
  /** The others, in the order in which they joined. */
  members: Member[];
  /** Own: the peerId of the member that decides who may enter. */
  host: string;
  /** Own: who may enter. */
  access: RoomAccess;
  /** Own: those that wait to be admitted; only for the host, while there are any. */
  waiting?: Member[];
}

/** Own: a room that the client waits to enter. */
export interface RoomWait {
  room: string;
  /** The id that the client will have as a member. */
  peerId: string;
}

/** What a client takes back when it returns. */
export interface Restored {
  /** The id of its open offer. */
  openOffer: string | null;
  /** Its calls, with the other party of each. */
  calls: Party[];
  rooms: Membership[];
  /** The rooms that it waits to enter, if there are any. */
  waiting?: RoomWait[];
  /** The number of the last event of this session on which the server acted. */
  heard: number;
}

/** Why an open offer is gone. */
export type WithdrawReason = 
  | 'answered' | 'replaced' | 'cancelled' | 'declined' | 'hangup' | 'closed' | 'expired' | 'lost';

/** How a party of a call ended it. */
export type HangupReason = 'hangup' | 'closed' | 'lost';

/** How a member left a room. */
export type LeaveReason = 'left' | 'closed' | 'lost';

// --- Refusals ---

/** Codes of refusals in calls. */
export type CallRefusalCode =
  | 'wrong-password' | 'bad-payload' | 'too-large' | 'too-many' | 'rate-limited'
  | 'no-such-offer' | 'already-answered' | 'own-offer' | 'no-call' | 'no-such-peer' | 'unavailable' | 'disconnected';

/** Codes of refusals in rooms. */
export type RoomRefusalCode =
  | 'bad-payload' | 'too-large' | 'too-many' | 'rate-limited' | 'room-full' | 'room-locked' | 'not-in-room'
  | 'not-admitted' | 'room-closed' | 'not-host' | 'no-such-peer' | 'unavailable' | 'disconnected';

/** Codes of refusals that end a connection attempt: only their sentence is sent. */
export type HandshakeRefusalCode = 'wrong-token';

/** Every code: stable, for programs. */
export type RefusalCode = CallRefusalCode | RoomRefusalCode | HandshakeRefusalCode;

/** A refusal: a stable code, and a sentence for people. */
export interface Refusal<Code extends RefusalCode = RefusalCode> {
  code: Code;
  message: string;
}

/** The reply to a refused event. */
export interface Refused<Code extends RefusalCode = RefusalCode> {
  ok: false;
  error: Refusal<Code>;
}

/** The reply to an event that needs no other. */
export type Reply = { ok: true } | Refused;

/** The reply to `newOffer`. */
export type OfferReply = { ok: true; offerId: string } | { ok: true; offerId?: undefined } | Refused<CallRefusalCode>;

/** The reply to `hangup` and `cancelOffer`: how many calls and open offers have ended. */
export type EndedReply = { ended: number } | Refused<CallRefusalCode>;

/** The reply to `joining-room`. */
export type JoinReply =
  | ({ ok: true; waiting?: undefined } & Joined)
  | ({ ok: true; waiting: true } & RoomWait)
  | { ok: true; peerId?: undefined; waiting?: undefined }
  | Refused<RoomRefusalCode>;

// --- Socket.IO: the handshake ---

/** `auth` of the Socket.IO handshake. `username`, `passWord` and `jwt` are understood, too. */
export interface Handshake {
  /** At most 64 characters; without it the server makes up `guest-XXXX`. */
  userName?: string;
  /** The course's is `x`. */
  password?: string;
  /** Own: a JSON Web Token, where the server takes tokens. */
  token?: string;
  /** Own: only offers and rooms of the same lobby are seen. At most 64 characters. */
  lobby?: string;
  /** Own: a random text for one load of the page, by which it takes its things back. At most 64 characters. */
  session?: string;
  /** Own: the page counts events, and so does the server. A number says which connection of this session it is, from 1. */
  numbers?: boolean | number;
  /** Own: the number of the last event that the page received; only on a later connection of the page. */
  received?: number;
  /** Own: the number of the page's own last event that the server is known to have received; with `received`. */
  heard?: number;
  /** Own: send `newOfferWaiting` beside `newOfferAwaiting`. */
  aliases?: boolean;
}

// --- Socket.IO: calls and rooms ---

/** After the payload: the page's own number of the event, if it counts, and what takes the reply, if it wants one. */
type Rest<R> = [] | [onReply: (reply: R) => void] | [number: number] | [number: number, onReply: (reply: R) => void];

/** Events of calls from the client. */
export interface CallEventsToServer {
  /** Makes this connection's one open offer, to all or `to` one user; with the `offerId` of a call a renegotiation. */
  newOffer: (
    offer: Description | { offer: Description } | DirectedOffer | Renegotiation, ...rest: Rest<OfferReply>
  ) => void;
  /** Answers an offer, or a renegotiation. The reply is the offerer's candidates so far, empty for a refusal. */
  newAnswer: (answer: Answer, ...rest: Rest<Candidate[]>) => void;
  /** Sends one candidate. */
  sendIceCandidateToSignalingServer: (candidate: SentCandidate, ...rest: Rest<Reply>) => void;
  /** Asks for `availableOffers`. */
  checkOffers: (...rest: [] | [onReply: (reply: Reply) => void]) => void;
  /** Asks whether the server is there. */
  test: (...rest: [] | [onReply: (reply: 'pong') => void]) => void;
  /** Own: ends the sender's calls and withdraws its open offer, or only the one named. */
  hangup: (which?: { offerId?: string } | null, ...rest: Rest<EndedReply>) => void;
  /** Own: withdraws the sender's open offer. */
  cancelOffer: (payload?: null | Record<string, never>, ...rest: Rest<EndedReply>) => void;
  /** Own: does not want an offer to the sender's user name. */
  declineOffer: (which: { offerId: string }, ...rest: Rest<Reply>) => void;
  /** Own: joins a running call again after a restart of the server. */
  rejoinCall: (call: Rejoin, ...rest: Rest<Reply>) => void;
  /** Own: reports what became of a call in this browser. */
  callStage: (report: { offerId: string; stage: 'connected' | 'failed'; kind?: 'direct' | 'relayed' }, ...rest: Rest<Reply>) => void;
}

/** Events of calls from the server. To a page that counts, directed ones carry their number as second argument. */
export interface CallEventsToClient {
  /** Open offers, oldest first: on connect if there are any, and in answer to `checkOffers`. */
  availableOffers: (offers: Offer[]) => void;
  /** One new offer. */
  newOfferAwaiting: (offers: [Offer]) => void;
  /** The same under another name, where `aliases` asks for it. */
  newOfferWaiting: (offers: [Offer]) => void;
  /** The answer: to an offer the whole offer object, to a renegotiation its id and answer. */
  answerResponse: (answered: AnsweredOffer | RenegotiationAnswer, number?: number) => void;
  /** A candidate of the other party. */
  receivedIceCandidateFromServer: (candidate: Candidate, number?: number) => void;
  /** Own: a new offer of the other party within the call. */
  renegotiation: (renegotiation: Renegotiation, number?: number) => void;
  /** Own: an open offer is gone. */
  offerWithdrawn: (
    offer: { offerId: string; offererUserName: string; reason: WithdrawReason }, number?: number,
  ) => void;
  /** Own: the other party ended the call. */
  peerHangup: (end: Party & { reason: HangupReason }, number?: number) => void;
  /** Own: the other party's connection to the server broke. */
  peerLost: (party: Party, number?: number) => void;
  /** Own: the other party's connection to the server is back. */
  peerBack: (party: Party, number?: number) => void;
  /** Own: the first event to a client that takes its things back. */
  restored: (restored: Restored) => void;
  /** Own: the server stops; the transport is closed next. */
  serverClosing: (closing: { reason: 'shutdown'; retryAfterMs: number }) => void;
  /** Own: why an event had no effect; `event` is `connect` for a remark on the handshake, `disconnect` before the end. */
  signalingError: (refusal: Refusal & { event: RefusedEvent }) => void;
}

/** An event that can be refused, in its right spelling. */
export type RefusedEvent = keyof CallEventsToServer | keyof RoomEventsToServer | 'connect' | 'disconnect';

/** Events of rooms from the client, on Socket.IO. */
export interface RoomEventsToServer {
  /** Joins a room. */
  'joining-room': (payload: RoomPayload<'joining-room'>, ...rest: Rest<JoinReply>) => void;
  /** Sends an offer to one member, or to every other one. */
  'sending-SDP-offer': (payload: RoomPayload<'sending-SDP-offer'>, ...rest: Rest<Reply>) => void;
  /** Sends an answer to the member that offered. */
  'accepting-SDP-offer': (payload: RoomPayload<'accepting-SDP-offer'>, ...rest: Rest<Reply>) => void;
  /** Sends a candidate to one member. */
  'sending-ICE-candidate': (payload: RoomPayload<'sending-ICE-candidate'>, ...rest: Rest<Reply>) => void;
  /** Leaves a room, or waits no longer. */
  'leaving-room': (payload: RoomPayload<'leaving-room'>, ...rest: Rest<Reply>) => void;
  /** Own, of the host: who may enter. */
  'setting-access': (payload: RoomPayload<'setting-access'>, ...rest: Rest<Reply>) => void;
  /** Own, of the host: lets in a client that waits. */
  'admitting-peer': (payload: RoomPayload<'admitting-peer'>, ...rest: Rest<Reply>) => void;
  /** Own, of the host: does not let in a client that waits. */
  'rejecting-peer': (payload: RoomPayload<'rejecting-peer'>, ...rest: Rest<Reply>) => void;
}

/** Events of rooms from the server, on Socket.IO: one object that holds everything. */
export type RoomEventsToClient = {
  [S in keyof RoomSignals]: (
    payload: RoomSignals[S] & (S extends RelayedSignal ? RoomSender : { room: string }), number?: number,
  ) => void;
};

/** All events from the client: the second parameter of socket.io-client's `Socket`. */
export interface ClientToServerEvents extends CallEventsToServer, RoomEventsToServer {}

/** The payload of an event from the client. */
export type PayloadTo<E extends keyof ClientToServerEvents> = Parameters<ClientToServerEvents[E]>[0];

/** The reply to an event from the client. */
export type ReplyTo<E extends keyof ClientToServerEvents> =
  Parameters<ClientToServerEvents[E]> extends infer P
    ? P extends [...unknown[], (reply: infer R) => void] ? R : never
    : never;

/** All events from the server: the first parameter of socket.io-client's `Socket`. */
export interface ServerToClientEvents extends CallEventsToClient, RoomEventsToClient {}

/** The payload of an event from the server. */
export type PayloadOf<E extends keyof ServerToClientEvents> = Parameters<ServerToClientEvents[E]>[0];

// --- Rooms, alike on Socket.IO and on the bare WebSocket ---

/** A room from the view of a client that has joined it. */
export interface Joined {
  room: string;
  peerId: string;
  /** In a collision of offers the client that joined later is the polite one. */
  polite: true;
  members: Member[];
  /** Own: the peerId of the member that decides who may enter. */
  host: string;
  /** Own: who may enter. */
  access: RoomAccess;
}

/** The actions of clients: whether each has `to`, and its `data`. */
interface RoomActions {
  'joining-room': { to: {}; data: {} };
  'sending-SDP-offer': { to: { to?: string }; data: { offer: Description } };
  'accepting-SDP-offer': { to: { to: string }; data: { answer: Description } };
  'sending-ICE-candidate': { to: { to: string }; data: { candidate: Candidate } };
  'leaving-room': { to: {}; data: {} };
  'setting-access': { to: {}; data: { access: RoomAccess } };
  'admitting-peer': { to: { to: string }; data: {} };
  'rejecting-peer': { to: { to: string }; data: {} };
}

/** What the server sends in rooms: `data` of the bare WebSocket. */
export interface RoomSignals {
  /** The client is in the room. */
  'joined-room': Omit<Joined, 'room'>;
  /** The client is to offer to each of these members. */
  'requesting-SDP-offer': { members: Member[] };
  /** A member joined, and is going to offer. */
  'user-joined': Member & { polite: false };
  /** A member left. */
  'user-left': Member & { reason: LeaveReason };
  /** A member's connection to the server broke. */
  'user-lost': Member;
  /** A member's connection to the server is back. */
  'user-back': Member;
  /** Own: another member is the host. */
  'host-changed': { host: string };
  /** Own: the host has decided who may enter. */
  'access-changed': { access: RoomAccess };
  /** Own: the client is not in the room, and waits until the host admits it. */
  'waiting-in-room': Omit<RoomWait, 'room'>;
  /** Own, to the host: those that wait, in the order in which they came. */
  'waiting-changed': { waiting: Member[] };
  /** Own: the client waits no longer, or the room is closed: it is not in the room. */
  'not-admitted': Refusal<'not-admitted' | 'room-full' | 'room-closed' | 'disconnected'>;
  /** A member's offer. */
  'receiving-SDP-offer': { userName: string; offer: Description };
  /** A member's answer. */
  'accepting-SDP-offer': { userName: string; answer: Description };
  /** A member's candidate. */
  'receiving-ICE-candidate': { candidate: Candidate };
}

/** Signals that the server relays for a member. */
type RelayedSignal = 'receiving-SDP-offer' | 'accepting-SDP-offer' | 'receiving-ICE-candidate';

/** The room, and the peerId of the member that sent something. */
interface RoomSender {
  room: string;
  from: string;
}

/** The one object of a room's event on Socket.IO. */
export type RoomPayload<A extends keyof RoomActions> = { room: string } & RoomActions[A]['to'] & RoomActions[A]['data'];

// --- Rooms on the bare WebSocket, /ws ---

/** The query of `/ws`. */
export interface WebSocketQuery extends Pick<Handshake, 'userName' | 'password' | 'token' | 'lobby' | 'session'> {
  /** Own: `1` asks for a heartbeat of text messages instead of ping frames. */
  heartbeat?: '1';
}

/** What a client sends on `/ws`, as JSON text. With an `id` it gets a reply. */
export type WebSocketToServer =
  | { [A in keyof RoomActions]: WebSocketAction<A> }[keyof RoomActions]
  | { signal: 'pong' };

type WebSocketAction<A extends keyof RoomActions> = { action: A; room: string; id?: unknown } & RoomActions[A]['to']
  & ({} extends RoomActions[A]['data'] ? { data?: {} } : { data: RoomActions[A]['data'] });

/** What the server sends on `/ws`, as JSON text. */
export type WebSocketToClient =
  | { [S in keyof RoomSignals]: WebSocketSignal<S> }[keyof RoomSignals]
  | { signal: 'restored'; data: { rooms: Membership[]; waiting?: RoomWait[] } }
  | { signal: 'reply'; id: unknown; ok: true; room: string; data: {} | Omit<Joined, 'room'> }
  | { signal: 'reply'; id: unknown; ok: true; room: string; data: Omit<RoomWait, 'room'> & { waiting: true } }
  | { signal: 'reply'; id: unknown; ok: false; error: Refusal<RoomRefusalCode> }
  | { signal: 'signaling-error'; data: Refusal & { action: keyof RoomActions | null } }
  | { signal: 'ping' };

type WebSocketSignal<S extends keyof RoomSignals> = { signal: S; data: RoomSignals[S] }
  & (S extends RelayedSignal ? RoomSender : { room: string });

// --- Pairs: /?userId=N, and HTTP ---

/** A user of pairs, compared as text and sent back as it came. At most 64 characters. */
export type UserId = number | string;

/** The query of the WebSocket of pairs; of its requests `password` and `token`. */
export interface PairQuery {
  userId?: string;
  password?: string;
  token?: string;
  /** Own: `1` asks for a heartbeat of text messages. */
  heartbeat?: '1';
}

/** What the server relays unchanged between the two of a pair. */
export type PairRelay =
  | { label: 'WEBRTC_PROCESS'; data: { type: 'OFFER'; offer: Description; otherUserId: UserId } }
  | { label: 'WEBRTC_PROCESS'; data: { type: 'ANSWER'; answer: Description; otherUserId: UserId } }
  | { label: 'WEBRTC_PROCESS'; data: { type: 'ICE_CANDIDATES'; candidatesArray: Candidate[]; otherUserId: UserId } };

/** What a client of pairs sends, as JSON text. */
export type PairToServer =
  | PairRelay
  | PairMessage<'JOIN_ROOM_REQUEST', { roomName: string; userId?: UserId }>
  | PairMessage<'EXIT_ROOM_REQUEST', { roomName: string; userId?: UserId }>
  | PairMessage<'PONG'>;

/** What the server sends to a client of pairs, as JSON text. */
export type PairToClient =
  | PairRelay
  | PairMessage<'JOIN_ROOM_RESPONSE_SUCCESS', { message: string; creatorId: UserId; roomName: string }>
  | PairMessage<'JOIN_ROOM_RESPONSE_FAILURE', { message: string }>
  | PairMessage<'JOIN_ROOM_NOTIFY', { message: string; joinUserId: UserId }>
  | PairMessage<'EXIT_ROOM_NOTIFY', { message: string }>
  | PairMessage<'DISCONNECT_ROOM_NOTIFICATION', { message: string }>
  | PairMessage<'SIGNALING_ERROR', Refusal>
  | PairMessage<'PING'>;

type PairMessage<Type extends string, Data = {}> = { label: 'NORMAL_SERVER_PROCESS'; data: { type: Type } & Data };

/** The bodies of the requests by which rooms of pairs are made and destroyed. */
export interface PairRequests {
  'POST /create-room': { roomName: string; userId: UserId };
  'POST /destroy-room': { roomName: string; userId?: UserId };
}

/** The answers to these requests: with 200 the first, with 400 or 401 the second. */
export interface PairResponses {
  'POST /create-room':
    | { data: { type: 'CHECK_ROOM_RESPONSE_SUCCESS' } }
    | { data: { type: 'CHECK_ROOM_RESPONSE_FAILURE'; message: string } };
  /** The misspelling is the course's. */
  'POST /destroy-room':
    | { data: { type: 'DESTORY_ROOM_RESPONSE_SUCCESS'; message: string } }
    | { data: { type: 'DESTROY_ROOM_RESPONSE_FAILURE'; message: string } };
}

// --- Streams, /gst ---

/** The query of `/gst`. */
export type GstQuery = Pick<Handshake, 'userName' | 'password' | 'token' | 'lobby'>;

export type GstRole = 'producer' | 'listener' | 'consumer';

/** A peer in a list. `meta` is any JSON, as the peer sent it. */
export interface GstPeer {
  id: string;
  meta: unknown;
}

/** What the server relays between the two peers of a session; other keys of `sdp` and `ice` are relayed, too. */
export type GstRelay =
  | { type: 'peer'; sessionId: string; sdp: { type: 'offer' | 'answer'; sdp: string } }
  | { type: 'peer'; sessionId: string; ice: { candidate: string; sdpMLineIndex: number } };

/** What a client of `/gst` sends, as JSON text. */
export type GstToServer =
  | GstRelay
  | { type: 'setPeerStatus'; roles: GstRole[]; meta?: unknown }
  | { type: 'list' }
  | { type: 'listConsumers' }
  | { type: 'startSession'; peerId: string; offer?: string | null }
  | { type: 'endSession'; sessionId: string };

/** What the server sends to a client of `/gst`, as JSON text. */
export type GstToClient =
  | GstRelay
  | { type: 'welcome'; peerId: string }
  | { type: 'peerStatusChanged'; roles: GstRole[]; meta: unknown; peerId: string }
  | { type: 'list'; producers: GstPeer[] }
  | { type: 'listConsumers'; consumers: GstPeer[] }
  | { type: 'startSession'; peerId: string; sessionId: string; offer: string | null }
  | { type: 'sessionStarted'; peerId: string; sessionId: string }
  | { type: 'endSession'; sessionId: string }
  /** Own: `code`. */
  | { type: 'error'; details: string; code: RefusalCode };

// --- HTTP beside the transports ---

/** The query of `GET /api/ice-servers`. The token or password may also be in a header: `Authorization: Bearer …`. */
export type IceServersQuery = Pick<Handshake, 'userName' | 'password' | 'token'>;

/** The answer with 200. */
export interface IceServersResponse {
  iceServers: RTCIceServer[];
  /** For how many seconds the credentials are valid. */
  ttl: number;
}

/** The answer with another status. */
export interface IceServersRefusal {
  code: 'bad-payload' | 'too-large' | 'wrong-password' | 'wrong-token' | 'wrong-origin' | 'rate-limited';
  message: string;
}
