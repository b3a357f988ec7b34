// What a page has called on one of its peer connections: answers to the questions that steps and rules ask.

import { isObject, nameOf } from './payload.js';

/**
 * @typedef {import('./pc.js').Method} Method
 * @typedef {import('./pc.js').Pc} Pc
 */

const ADDS_MEDIA = ['addTrack', 'addTransceiver', 'createDataChannel'];

/** The first argument of a method. */
export const firstOf = (args) => (Array.isArray(args) ? args[0] : args);

/** The description that was handed to a method, or null. */
export function descriptionOfArgs(args) {
  const first = firstOf(args);
  return isObject(first) && typeof first.sdp === 'string' ? first : null;
}

/** The description that a method has set or made: of an implicit one, that of the browser. */
export const descriptionOf = (method) => descriptionOfArgs(method?.args) ?? method?.result?.description ?? null;

/** `offer`, `answer`, `pranswer` or `rollback`: of an implicit description, the type that the browser makes. */
export function typeOf(method) {
  const first = firstOf(method.args);
  if (isObject(first) && first.type) return nameOf(first.type);
  return /^have-(?:remote-offer|local-pranswer)$/.test(method.state) ? 'answer' : 'offer';
}

/** The first one of these that worked, else the newest one: still running, or failed. */
function best(methods) {
  return methods.find(({ result }) => result?.ok) ?? methods.at(-1) ?? null;
}

/** @param {Pc} pc @param {string} name @returns {Method | null} */
export function called(pc, name) {
  return best(pc.methods.filter(({ method }) => method === name));
}

/** @param {'setLocalDescription' | 'setRemoteDescription'} name @param {'offer' | 'answer'} type @returns {Method | null} */
export function set(pc, name, type) {
  return best(pc.methods.filter((method) => method.method === name && typeOf(method) === type));
}

/** What made the connection have something to offer: tracks, transceivers, channels. @returns {Method | null} */
export function added(pc) {
  return pc.methods.find(({ method }) => ADDS_MEDIA.includes(method)) ?? null;
}

/** @returns {Method[]} */
export function addedCandidates(pc) {
  return pc.methods.filter(({ method }) => method === 'addIceCandidate');
}

export const hasWorked = (method) => method?.result?.ok === true;
export const hasFailed = (method) => method?.result?.ok === false;

/** `InvalidStateError: …`, as the browser says it. */
export function errorOf(method) {
  const { error } = method?.result ?? {};
  return error ? `${error.name}${error.message ? `: ${error.message}` : ''}` : '';
}

/** Which side of a call a connection is: one that has made no offer is the answerer's. @param {Pc} pc */
export const sideOf = (pc) => pc.side ?? (called(pc, 'createOffer') || set(pc, 'setLocalDescription', 'offer') ? 'offerer' : 'answerer');
