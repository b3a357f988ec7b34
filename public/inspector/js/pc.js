// One RTCPeerConnection of a page with the probe.

import { isObject, markOf, nameOf } from './payload.js';

/**
 * @typedef {import('./run.js').Mark} Mark
 *
 * @typedef {Mark & {call: any, method: string, args: any, state: string, senders: number, mlines: number,
 *   result: null | (Mark & {ok: boolean, error: {name: string, message: string} | null, description: object | null})}} Method
 *   a call of a method of a peer connection
 *
 * @typedef {object} Pc an RTCPeerConnection of a page
 * @property {string} page
 * @property {number} pc its number in the page
 * @property {number} n
 * @property {number} at
 * @property {object} config
 * @property {Method[]} methods
 * @property {{signaling: string, ice: string, connection: string, gathering: string}} states the present ones
 * @property {(Mark & {signaling: string, ice: string, connection: string, gathering: string})[]} history
 * @property {(Mark & {candidate: object})[]} candidates its own
 * @property {Mark | null} gathered when gathering was complete
 * @property {(Mark & {url: string, code: number, text: string})[]} candidateErrors
 * @property {(Mark & {track: string, isMuted: boolean})[]} tracks those of the other side
 * @property {(Mark & {track: string, isLocal: boolean, event: string})[]} trackStates
 * @property {(Mark & {label: string, isLocal: boolean, state: string})[]} channels
 * @property {object | null} stats the newest
 * @property {(Mark & {framesDecoded: number, framesSent: number}) | null} firstStats
 * @property {Mark | null} grewAt when bytes last arrived
 * @property {Mark | null} closed
 * @property {import('./calls.js').Call | null} call
 * @property {'offerer' | 'answerer' | null} side
 */

/** @returns {Pc} */
export function newPc(page, record) {
  return {
    page,
    pc: record.pc,
    ...markOf(record),
    config: isObject(record.config) ? record.config : {},
    methods: [],
    states: { signaling: 'stable', ice: 'new', connection: 'new', gathering: 'new' },
    history: [],
    candidates: [],
    gathered: null,
    candidateErrors: [],
    tracks: [],
    trackStates: [],
    channels: [],
    stats: null,
    firstStats: null,
    grewAt: null,
    closed: null,
    call: null,
    side: null,
  };
}
