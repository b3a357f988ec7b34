// @ts-check
// The switch “relay only”, for trying a TURN server: `?relay` in the page's address, so that a reload keeps it and a link
// carries it.

const NAME = 'relay';

/** Spellings of “no”. */
const OFF = ['0', 'no', 'off', 'false'];

/** Whether new connections use the relay only. */
export function isRelayOnly() {
  const value = new URLSearchParams(globalThis.location?.search).get(NAME);
  return value !== null && !OFF.includes(value.toLowerCase());
}

/** @param {boolean} isOn counts from the next connection on */
export function setRelayOnly(isOn) {
  const query = new URLSearchParams(location.search);
  query.delete(NAME);
  const rest = query.toString();
  const search = [rest, isOn && NAME].filter(Boolean).join('&');
  history.replaceState(history.state, '', `${location.pathname}${search && `?${search}`}${location.hash}`);
}
