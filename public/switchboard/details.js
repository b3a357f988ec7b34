// What /switchboard.details.js exports: what calls and rooms need once they are there. client.js fetches it beside the
// Socket.IO client.

export { OFFERED_AGAIN, endWords, unansweredCallWords, withdrawnWords } from './call-words.js';
export { endUnknownCalls } from './unknown-calls.js';
export { callConnected, callFailed } from './call-stage.js';
export { openStream } from './devices.js';
export { mute, send, shareScreen, stopSharing, useDevice } from './media-changes.js';
export { statsOf } from './stats.js';
export { NO_RELAY, REFUSALS, START_RELAY, noWayWords, unansweredWords } from './words.js';
