// @ts-check
// What the pages' connection to the server needs besides the user's identity.

import { io } from '../socket.io/socket.io.esm.min.js';
import { isRelayOnly } from './relay-only.js';
import { root } from './root.js';

/** @type {import('../switchboard/line.js').LineOptions} */
export const lineOptions = { io, root, isRelayOnly };
