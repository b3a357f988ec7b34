// What /switchboard.js and /switchboard.esm.js export.

export { Client, connect } from './client.js';
export { Events } from './events.js';
export { SwitchboardError } from './errors.js';
