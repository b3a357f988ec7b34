// The types of /switchboard.js and /switchboard.esm.js, which docs/library.md explains.

/** What goes wrong has a code for programs and a sentence for people. */
export class SwitchboardError extends Error {
  code: string;
}

/**
 * The base of all below. An event reaches the property `on…`, with its detail, and listeners added by `addEventListener`,
 * as a CustomEvent.
 */
export interface Events {
  addEventListener(type: string, listener: (event: CustomEvent) => void, options?: boolean | AddEventListenerOptions): void;
  removeEventListener(type: string, listener: (event: CustomEvent) => void, options?: boolean | EventListenerOptions): void;
}

export interface ConnectOptions {
  /** The user's name. Without it the server's users see `guest-XXXX`. */
  name?: string;
  /** The server's address. Without it the server that this script comes from. */
  url?: string | URL;
  /** The server's password. Without it `x`. */
  password?: string;
  /** The user's token, where the server takes tokens. */
  token?: string;
  /** Users see only the calls and rooms of their lobby. */
  lobby?: string;
  /** A random text by which the server knows a page that reconnects; without it one is made. */
  session?: string;
  /** Connections go through a relay (TURN server) only. */
  relayOnly?: boolean;
  /** STUN and TURN servers in place of those that the server names. */
  iceServers?: RTCIceServer[];
  /** The Socket.IO client, where it is not to be loaded from the server. */
  io?: unknown;
  /** `false`: the promise does not wait for the server's reply. */
  wait?: boolean;
}

/**
 * Connects to a server.
 * @returns a client, once the server has accepted it; rejects with a SwitchboardError
 */
export function connect(options?: ConnectOptions): Promise<Client>;

/** Whether this browser has WebRTC, and it is not switched off. */
export function isSupported(): boolean;

/** One user's connection to a server. It reconnects by itself. */
export interface Client extends Events {
  readonly name: string;
  /** `connecting` for the first time or under another name, `away` while the connection is lost, `closed` for good. */
  readonly state: 'connecting' | 'connected' | 'away' | 'closed';
  /** Whether connections go through a relay (TURN server) only; counts from the next connection on. */
  relayOnly: boolean;
  /** Calls of others that wait, oldest first. */
  readonly incoming: IncomingCall[];
  /** Calls of this client that have not ended. */
  readonly calls: Call[];
  /** The STUN and TURN servers, and what is known of them. */
  readonly iceServers: IceServers;
  /** The connection of Socket.IO: for events that a back end sends by the server's API. */
  readonly socket: {
    on(event: string, listener: (...args: any[]) => void): unknown;
    off(event: string, listener?: (...args: any[]) => void): unknown;
  };
  /** A call waits, for this user alone or for all of the lobby. */
  onincoming?: ((incoming: IncomingCall) => void) | null;
  /** A call of this client begins, its own or an answered one: before devices are asked for. */
  oncall?: ((call: Call) => void) | null;
  onstate?: ((state: Client['state']) => void) | null;
  onproblem?: ((problem: { code: string; message: string }) => void) | null;
  /**
   * Calls a user; or, with null, all of the lobby, of whom one can answer. Rejects where the call does not come about.
   * @returns the call, once the server offers it
   */
  call(to?: string | null, options?: CallOptions): Promise<Call>;
  /** Joins a room, once the user has allowed the devices. Rejects where the server does not let the client in. */
  join(room: string, options?: RoomOptions): Promise<Room>;
  /** Connects again under another name, lobby, password or token; what is not given stays. */
  rename(identity?: { name?: string; password?: string; token?: string; lobby?: string }): void;
  /** Ends all calls, leaves all rooms, and disconnects for good. The server notifies the others at once. */
  close(): void;
}

export interface IceServers {
  readonly state: { state: 'unknown' | 'known' | 'failed'; problem: string; hasRelay: boolean; isRelayOnly: boolean };
  /** Calls back when the state may have changed. */
  watch(onChange: () => void): void;
}

// --- What a client sends ---

export interface MediaOptions {
  /** The microphone; it is sent unless this is false. */
  audio?: boolean | MediaTrackConstraints;
  /** The camera; it is not sent unless this is true. */
  video?: boolean | MediaTrackConstraints;
  /** What is sent in place of these, at most one track of a kind. The library does not stop it. */
  stream?: MediaStream;
  /** `false`: no sound and no picture, only channels; no track can be added later either. */
  media?: boolean;
}

/** What rooms and calls have in common: a stream of this client. */
export interface MediaSender extends Events {
  /** What this client sends; null where there are only channels. */
  readonly localStream: MediaStream | null;
  /** From now on sends this track, or with null none of its kind. */
  send(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void>;
  /** Uses another camera or microphone. Rejects where there is none; the one before goes on. */
  useDevice(kind: 'audio' | 'video', deviceId: string): Promise<void>;
  /** Shows the screen, or a window, in place of the camera, until `stopSharing`, or another camera or track. */
  shareScreen(): Promise<void>;
  /** Sends the camera again. */
  stopSharing(): Promise<void>;
}

// --- Calls ---

export interface CallOptions extends MediaOptions {
  /** `false`: no data channels. Of the two sides that of the caller counts. */
  data?: boolean;
  /** Labels of data channels to open. */
  channels?: string[];
}

/** A call of another user that waits for an answer. */
export interface IncomingCall extends Events {
  /** Who calls. */
  readonly name: string;
  readonly offerId: string;
  /** Whether it is for this user alone. */
  readonly isDirect: boolean;
  /** Whether it still waits. */
  readonly isWaiting: boolean;
  /**
   * It no longer waits: `answered` by another user, `taken` or `declined` by this one, `away` (the connection to the server
   * ended; what still waits comes again), `hangup`, `closed`, `lost`, `expired`, …
   */
  onend?: ((end: { reason: string; message: string }) => void) | null;
  /** @returns the call, once the answer is on its way; rejects with a SwitchboardError */
  answer(options?: CallOptions): Promise<Call>;
  /** Declines a call that is for this user alone. */
  decline(): Promise<void>;
}

export type CallState = 'starting' | 'waiting' | 'connecting' | 'connected' | 'interrupted' | 'ended';

/** A call, from its beginning to its end. */
export interface Call extends MediaSender {
  /** The other side's name; of a call to all it is known once it is answered. */
  readonly name: string;
  readonly offerId: string | undefined;
  /** Whether this side called. */
  readonly isCaller: boolean;
  /** `interrupted`: sound and picture do not arrive; the call looks for another way by itself. */
  readonly state: CallState;
  /** Whether the call is on its way to the server, though the server may not have replied. */
  readonly isOffered: boolean;
  /** What the other side sends at present. */
  readonly remoteStream: MediaStream | null;
  /** By which way sound and picture arrive. */
  readonly way: 'direct' | 'relayed' | null;
  /** The other side's connection to the server; `gone`: the server no longer waits for it, the call goes on as long as it can. */
  readonly line: 'here' | 'away' | 'gone';
  /** Why it ended. */
  readonly reason: string;
  /** The same as a sentence. */
  readonly message: string;
  /** What made it fail, if it failed. */
  readonly error: SwitchboardError | undefined;
  /** The other side sends; again with another stream when the connection was replaced. */
  onstream?: ((stream: MediaStream) => void) | null;
  onstate?: ((state: CallState) => void) | null;
  /** Anything above has changed. */
  onchange?: (() => void) | null;
  /** Why it ended: a reason for programs, a sentence, and the error where the call failed. */
  onend?: ((end: { reason: string; message: string; error?: SwitchboardError }) => void) | null;
  /** What does not work, and what to do. */
  onproblem?: ((message: string) => void) | null;
  /** What has got better, to be shown for a while. */
  onnews?: ((message: string) => void) | null;
  /** The other side has opened a data channel. */
  onchannel?: ((channel: Channel) => void) | null;
  /** The other side offers a file. */
  onfile?: ((transfer: Transfer) => void) | null;
  /** A text of this client has arrived, or never will. */
  ondelivery?: ((message: Message) => void) | null;
  /** The other side has sent a text, by `say`. */
  onmessage?: ((message: { text: string; at: string }) => void) | null;
  hangUp(): void;
  /**
   * Sends nothing of this kind, or with `false` again. The device stays open and the other side is not asked, so this takes
   * effect at once, and while the server is away.
   */
  mute(kind: 'audio' | 'video', isMuted?: boolean): Promise<void>;
  /** Looks for another way to the other side, as the call does by itself where one fails. */
  restartIce(): Promise<void>;
  /** Opens a data channel, or gives the one of this label that is open. The other side gets it by `onchannel`. */
  channel(label: string, options?: RTCDataChannelInit): Channel;
  /** Offers a file to the other side; a Blob is named “file”. */
  sendFile(file: File | Blob): Promise<Transfer>;
  /** Sends a text of up to 19,800 characters to the other side. */
  say(text: string): Promise<Message>;
  stats(): Promise<Stats | undefined>;
}

// --- Rooms ---

export interface RoomOptions extends MediaOptions {
  /**
   * How many members the room may have, this client included, where all members ask for the same. In a room of two, texts and
   * files wait for the other member.
   */
  limit?: number;
  /** Labels of channels to all members, opened at once. */
  channels?: string[];
  /** Asks the camera for smaller pictures the more members there are. */
  fitPictures?: boolean;
  /** Keeps what has arrived of files over a reload of the page; its methods are called one after the other. */
  fileStore?: FileStore;
  /**
   * The room's host has to admit this client, which waits: `join` resolves once it is in the room. Called with the room, of
   * which no members are known yet; its `leave()` waits no longer.
   */
  onwaiting?: (room: Room) => void;
}

/** Who may enter a room: everyone, those that the host admits, nobody else. */
export type RoomAccess = 'open' | 'ask' | 'locked';

/** A client that waits for the host of a room to admit it. */
export interface WaitingPeer {
  /** The id that it will have as a member. */
  readonly id: string;
  readonly name: string;
  /** Lets it in. Rejects where there is no place, or it waits no longer. */
  admit(): Promise<void>;
  /** Does not let it in. */
  reject(): Promise<void>;
}

/** A room: a connection to each other member. It joins again by itself, also after a restart of the server. */
export interface Room extends MediaSender {
  readonly name: string;
  /**
   * `waiting`: until the room's host admits this client. `away`: the server is out of reach; what there is to the members
   * goes on.
   */
  readonly state: 'joining' | 'waiting' | 'joined' | 'away' | 'left';
  /** This client's own id in the room; undefined before it is there. */
  readonly id: string | undefined;
  /** The id of the host, a member or this client: who made the room, else the oldest member whose connection is there. */
  readonly hostId: string | undefined;
  readonly isHost: boolean;
  /** Who may enter. */
  readonly access: RoomAccess;
  /** Those that wait for this client, the host, to admit them, oldest first. */
  readonly waiting: WaitingPeer[];
  /** The others, in the order in which they came. */
  readonly members: Member[];
  /** How large a picture is useful with so many members. */
  readonly pictureSize: { width: number; height: number };
  onstate?: ((state: Room['state']) => void) | null;
  /** The client is no longer in the room. */
  onend?: ((end: { reason: string; message: string }) => void) | null;
  /** Another host, the first one included. */
  onhost?: ((hostId: string) => void) | null;
  onaccess?: ((access: RoomAccess) => void) | null;
  /** The list `waiting` has changed. */
  onwaiting?: ((waiting: WaitingPeer[]) => void) | null;
  /** A member has joined; those that were there before are in `members`. */
  onjoin?: ((member: Member) => void) | null;
  /** A member is new, also one that was there before, or something about it has changed. */
  onmember?: ((member: Member) => void) | null;
  /** A member is no longer there; `member.reason` says how it left. */
  onleave?: ((member: Member) => void) | null;
  /** A member's connection to the server is lost, or back: `member.line`. */
  onpresence?: ((member: Member) => void) | null;
  /** A connection to a member is made, the first or a later one; it is not open yet. */
  onconnection?: ((member: Member) => void) | null;
  /** What does not work, and what to do, as a sentence; empty when it is over. */
  onproblem?: ((problem: string) => void) | null;
  onmessage?: ((message: { member?: Member; text: string; at: string }) => void) | null;
  /** A message of this client has arrived, or never will. */
  ondelivery?: ((message: Message) => void) | null;
  ontyping?: ((typing: { member: Member; isTyping: boolean }) => void) | null;
  /** A member offers a file. */
  onfile?: ((transfer: Transfer) => void) | null;
  /** A member has the beginnings of files with these keys, which this page does not send: before a reload it did, perhaps. */
  onkept?: ((kept: { member?: Member; keys: string[] }) => void) | null;
  /** A member has opened a channel that this client has not. */
  onchannel?: ((opened: { member: Member; channel: Channel }) => void) | null;
  /** The host decides who may enter; `open` lets in all who wait. Rejects for others. */
  setAccess(access: RoomAccess): Promise<void>;
  /** A channel to all members, also to those who join later. They use the same label. */
  channel(label: string, options?: RTCDataChannelInit): RoomChannel;
  /** Sends a text to all members. */
  say(text: string): Promise<Message | undefined>;
  /** Whether the user is writing a text. */
  typing(isTyping: boolean): Promise<void>;
  /** Offers a file to the one other member. */
  sendFile(file: File | Blob, options?: SendFileOptions): Promise<Transfer>;
  /** Leaves the room, or waits no longer, and stops what this client sends. */
  leave(): void;
}

/** Another member of a room. */
export interface Member extends Events {
  readonly id: string;
  readonly name: string;
  /** The state of sound, picture and channels. */
  readonly state: 'connecting' | 'connected' | 'interrupted' | 'failed';
  /** The member's connection to the server. `gone`: the server no longer waits for it. */
  readonly line: 'here' | 'away' | 'gone';
  /** By which way the connection goes. */
  readonly way?: 'direct' | 'relayed' | null;
  /** Why there is no connection, and what to do. */
  readonly problem?: string;
  /** How the member left. */
  readonly reason?: 'left' | 'closed' | 'lost';
  /** What the member sends. */
  readonly stream?: MediaStream;
  /** Whether texts reach the member at once. */
  readonly isOpen: boolean;
  /** How loud the member is just now, from 0 to 1. */
  readonly audioLevel: number;
  /** For pages that show a connection's life. */
  readonly connection?: {
    readonly states: Record<string, string>;
    readonly channels: Record<string, RTCDataChannel>;
    /** What encodes this kind for the member: its parameters say how large and how often. */
    sender(kind: 'audio' | 'video'): RTCRtpSender | undefined;
    watchStates(onChange: () => void): void;
    stats(): Promise<Stats>;
  };
  onchannel?: ((channel: Channel) => void) | null;
  channel(label: string, options?: RTCDataChannelInit): Channel;
  say(text: string): Promise<Message>;
  typing(isTyping: boolean): Promise<void>;
  sendFile(file: File | Blob, options?: SendFileOptions): Promise<Transfer>;
  stats(): Promise<Stats | undefined>;
  restartIce(): Promise<void>;
}

export interface Stats {
  way: 'direct' | 'relayed' | null;
  roundTripMs: number | null;
  bytesSent: number;
  bytesReceived: number;
  packetsLost: number;
  picture: { width: number; height: number; framesPerSecond: number } | null;
  /** The pair of candidates in use, as the report has it. */
  pair: RTCIceCandidatePairStats | null;
  /** The browser's own. */
  report: RTCStatsReport;
}

// --- Channels, texts, files ---

export type ChannelData = string | ArrayBuffer | ArrayBufferView | Blob;

/** A data channel to one peer. It outlives its connection: a new one in place of a broken one opens it again. */
export interface Channel extends Events {
  readonly label: string;
  readonly state: 'connecting' | 'open' | 'closed';
  /** How many bytes wait to be sent. */
  readonly waiting: number;
  /** The largest message that passes, in bytes. */
  readonly maxSize: number;
  onopen?: (() => void) | null;
  onclose?: (() => void) | null;
  onmessage?: ((data: string | ArrayBuffer) => void) | null;
  /** Sends in the order of the calls, and resolves once there is room for more. Rejects when the channel is closed. */
  send(data: ChannelData): Promise<void>;
  close(): void;
}

/** A channel to all members of a room. */
export interface RoomChannel extends Events {
  readonly label: string;
  /** The members to whom it is open. */
  readonly members: Member[];
  onopen?: ((member: Member) => void) | null;
  onclose?: ((member: Member) => void) | null;
  onmessage?: ((message: { member: Member; data: string | ArrayBuffer }) => void) | null;
  /** Sends to all members to whom it is open, or only to one; resolves once there is room for more, rejects once it is closed. */
  send(data: ChannelData, member?: Member): Promise<void>;
  close(): void;
}

/** A text of this client. */
export interface Message {
  number: number;
  text: string;
  /** When it was written, in ISO 8601. */
  at: string;
  state: 'waiting' | 'delivered' | 'lost';
}

export interface SendFileOptions {
  /** The key of the transfer that this one continues. */
  key?: string;
  /** How many files are in it, where it is a folder. */
  folder?: number;
}

/** What has arrived of a file, in blocks of 1 MiB. */
export interface KeptFile {
  key: string;
  name: string;
  size: number;
  blocks: number;
}

/** Keeps what has arrived of files; what fails there only means that a file begins again. */
export interface FileStore {
  /** From before the reload. */
  readonly kept: KeptFile[];
  begin(file: KeptFile): void;
  /** The next block; false where it is not kept, and the file is to be forgotten. */
  put(key: string, index: number, block: ArrayBuffer): Promise<boolean>;
  read(key: string, index: number): Promise<ArrayBuffer | undefined>;
  forget(key: string): void;
}

/** A file on its way. After a break it goes on where it was. */
export interface Transfer extends Events {
  readonly number: number;
  /** Whether this page sends it. */
  readonly isOwn: boolean;
  /** Who sends it, in a room. */
  readonly member?: Member;
  readonly name: string;
  readonly size: number;
  /** By it both sides know the file again after a reload. */
  readonly key?: string;
  /** How many files are in it, if it is a folder; 0 otherwise. */
  readonly folder: number;
  /** Whether the receiver has kept what it has, and goes on from there after a reload of either side. */
  readonly isKept: boolean;
  /** How many bytes are there. */
  readonly moved: number;
  /** `asked`: its receiver decides. Files of up to 10 MiB are taken without a question. */
  readonly stage: 'waiting' | 'asked' | 'moving' | 'checking' | 'done' | 'ended';
  readonly ending?: 'declined' | 'cancelled' | 'stopped' | 'broken' | 'different' | 'unreadable';
  /** Whether both sides made a checksum, and they are equal. */
  readonly isCompared: boolean;
  /** The file, where it was received. */
  readonly blob?: Blob;
  /** Resolves once it has arrived, where it was received to its Blob; rejects if it never will, with `ending` as the code. */
  readonly done: Promise<Blob | undefined>;
  onprogress?: ((transfer: Transfer) => void) | null;
  accept(): void;
  decline(): void;
  cancel(): void;
}
