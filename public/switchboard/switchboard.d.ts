// The types of /switchboard.js and /switchboard.esm.js, which docs/library.md explains.

/** What goes wrong has a code for programs and a sentence for people. */
export class SwitchboardError extends Error {
  code: string;
}

/** Each event reaches the property `on…`, with its detail, and listeners added by `addEventListener`, as a CustomEvent. */
export class Events extends EventTarget {}

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

/** One user's connection to a server. It reconnects by itself. */
export class Client extends Events {
  readonly name: string;
  /** `away` while the connection to the server is lost, `closed` for good. */
  readonly state: 'connected' | 'away' | 'closed';
  /** Whether connections go through a relay (TURN server) only; counts from the next connection on. */
  relayOnly: boolean;
  /** Disconnects for good. The server notifies the others at once. */
  close(): void;
}
