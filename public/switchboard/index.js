// What /switchboard.esm.js exports.

export { connect } from './client.js';
export { SwitchboardError } from './errors.js';
export { isSupported } from './peer.js';
