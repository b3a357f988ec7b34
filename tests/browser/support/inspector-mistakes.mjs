// The mistakes that students make in the course page, each as the change of a line or two, and what the two people do
// with the page. `rule`, `step` and `sentence` are what the inspector has to say.

const SCRIPTS = 'scripts.js';
const LISTENERS = 'socketListeners.js';

const EMIT_OFFER = "socket.emit('newOffer', offer)";
const EMIT_ANSWER = "const offerIceCandidates = await socket.emitWithAck('newAnswer', offerObj)";
const ADD_TRACKS = `localStream.getTracks().forEach(track => {
      peerConnection.addTrack(track, localStream)
    })`;
const SET_OFFER = 'await peerConnection.setRemoteDescription(offerObj.offer)';
const ADD_ACK = `offerIceCandidates.forEach(c => {
    peerConnection.addIceCandidate(c)
  })`;
const SET_LOCAL_OFFER = 'peerConnection.setLocalDescription(offer)\n';

const call = async ({ ann }) => ann.click('#call');

/** Ann calls, Bob answers. */
const both = async ({ ann, bob }) => {
  await ann.click('#call');
  await bob.locator('#answer button').first().click();
};

const answerTwice = async (people) => {
  await both(people);
  await connected(people.ann);
};

const connected = (page) => page.waitForFunction(() => peerConnection?.connectionState === 'connected');

/** Candidates that lead nowhere: the addresses of a network that is not there, in both pages. */
const unreachable = (address) => [
  [SCRIPTS, 'iceCandidate: e.candidate,', `iceCandidate: { ...e.candidate.toJSON(), candidate: e.candidate.candidate.replace(/ \\d+ \\S+ \\d+ typ/, ' 1 ${address} 50009 typ') },`],
];

/** What goes wrong between two machines only. @type {Record<string, {changes: string[][], rule: string, step: string, sentence: RegExp}>} */
export const apart = {
  'no-stun': { changes: unreachable('192.0.2.99'), rule: 'no-stun-server', step: '3', sentence: /Ann had \d+ host, Bob had \d+ host\. No `srflx` candidate: no STUN server is configured/ },
  'no-turn': {
    changes: unreachable('192.0.2.99').map(([file, text, now]) => [file, text, now.replace("typ')", "typ').replace('typ host', 'typ srflx raddr 0.0.0.0 rport 0')")]),
    rule: 'no-turn-server',
    step: '3',
    sentence: /Ann had \d+ srflx, Bob had \d+ srflx\. No `relay` candidate: no TURN server is configured/,
  },
};

/** Ann calls, Bob answers. */
export const callBoth = both;

/** @type {Record<string, {changes?: string[][], act?: Function, rule: string, step: string | RegExp, sentence: RegExp, alone?: boolean}>} */
export const mistakes = {
  'wrong-password': { changes: [[SCRIPTS, "password = 'x'", "password = 'y'"]], alone: true, rule: 'not-admitted', step: '10', sentence: /Ann has sent a wrong password/ },
  'client-missing': { changes: [['index.html', '/socket.io/socket.io.js', '/socket.oi/socket.io.js']], alone: true, rule: 'client-script-missing', step: '10', sentence: /has not loaded the Socket\.IO client/ },
  'wrong-port': { changes: [[SCRIPTS, /localhost:\d+/, 'localhost:1']], alone: true, act: call, rule: 'no-socket', step: '10', sentence: /has made an offer, but has no connection to this server/ },
  'misspelled-offer': { changes: [[SCRIPTS, "emit('newOffer'", "emit('newoffer'"]], act: call, rule: 'misspelled-event', step: '8', sentence: /Ann’s page sends `newoffer`.*called `newOffer`/ },
  'misspelled-answer': { changes: [[SCRIPTS, "'newAnswer'", "'new-answer'"]], act: both, rule: 'misspelled-event', step: '19', sentence: /Bob’s page sends `new-answer`.*called `newAnswer`/ },
  'misspelled-candidate': { changes: [[SCRIPTS, "'sendIceCandidateToSignalingServer'", "'sendIceCandidate'"]], act: call, rule: 'misspelled-event', step: '9', sentence: /Ann’s page sends `sendIceCandidate`/ },
  'listener-missing': { changes: [[LISTENERS, "'answerResponse'", "'answerReponse'"]], act: both, rule: 'answer-not-taken', step: '22', sentence: /has sent the answer to Ann.*`answerResponse`/ },
  'candidates-ignored': {
    changes: [[SCRIPTS, ADD_ACK, ''], [LISTENERS, "'receivedIceCandidateFromServer'", "'receivedIceCandidate'"]],
    act: both,
    rule: 'candidates-not-added',
    step: /^(?:20|23)$/,
    sentence: /sent (?:Ann|Bob)’s candidates to (?:Ann|Bob), but (?:Ann|Bob)’s page has added none/,
  },
  'no-ack': { changes: [[SCRIPTS, EMIT_ANSWER, "const offerIceCandidates = socket.emit('newAnswer', offerObj)"]], act: both, rule: 'answer-without-ack', step: '19', sentence: /Bob’s page has sent `newAnswer` without asking for an acknowledgement/ },
  'answer-alone': { changes: [[SCRIPTS, EMIT_ANSWER, EMIT_ANSWER.replace('offerObj', 'answer')]], act: both, rule: 'answer-alone', step: '19', sentence: /Bob’s page has sent `newAnswer` with the answer alone/ },
  'answer-forgotten': { changes: [[SCRIPTS, 'offerObj.answer = answer', '']], act: both, rule: 'answer-missing', step: '19', sentence: /`answer` is empty/ },
  'answer-twice': { changes: [[SCRIPTS, EMIT_ANSWER, `await socket.emitWithAck('newAnswer', offerObj)\n  ${EMIT_ANSWER}`]], act: both, rule: 'answered-twice', step: '19', sentence: /Bob’s page has sent `newAnswer` twice for the offer of Ann/ },
  'stale-offer': {
    act: async ({ ann, bob }) => {
      await ann.click('#call');
      await bob.locator('#answer button').first().waitFor();
      await ann.reload();
      await ann.waitForFunction(() => socket.connected);
      await bob.locator('#answer button').first().click();
    },
    rule: 'answer-to-stale-offer',
    step: '19',
    sentence: /Bob has answered an offer of Ann that is no longer there: Ann’s page was closed or reloaded/,
  },
  'caller-reloads': {
    act: async ({ ann, bob }) => {
      await ann.click('#call');
      await bob.locator('#answer button').first().waitFor();
      await ann.reload();
    },
    rule: 'caller-reloaded',
    step: '8',
    sentence: /Ann’s page was reloaded or closed while its offer was open/,
  },
  'own-offer': {
    changes: [[SCRIPTS, EMIT_OFFER, `${EMIT_OFFER}\n    createOfferEls([{ offererUserName: userName, offer }])`]],
    act: async ({ ann }) => {
      await ann.click('#call');
      await ann.locator('#answer button').first().click();
    },
    rule: 'answer-to-own-offer',
    step: '19',
    sentence: /Ann has answered their own offer/,
  },
  'offer-as-promise': { changes: [[SCRIPTS, 'await peerConnection.createOffer()', 'peerConnection.createOffer()'], [SCRIPTS, SET_LOCAL_OFFER, 'peerConnection.setLocalDescription()\n']], act: call, rule: 'offer-without-description', step: '8', sentence: /Ann’s page has sent `newOffer` without a description/ },
  'role-missing': { changes: [[SCRIPTS, 'iceUserName: userName,\n          didIOffer', 'iceUserName: userName']], act: call, rule: 'candidates-without-role', step: '9', sentence: /Ann’s page sends candidates without `didIOffer`/ },
  'candidates-too-early': {
    changes: [[SCRIPTS, SET_OFFER, `for (const c of offerObj.offerIceCandidates) await peerConnection.addIceCandidate(c)\n      ${SET_OFFER}`]],
    act: async ({ ann, bob }) => {
      await ann.click('#call');
      await ann.waitForFunction(() => peerConnection?.iceGatheringState === 'complete');
      await bob.reload();
      await bob.locator('#answer button').first().click();
    },
    rule: 'candidate-too-early',
    step: '20',
    sentence: /Bob’s page has called addIceCandidate before setRemoteDescription/,
  },
  'offer-not-sent': { changes: [[SCRIPTS, EMIT_OFFER, '']], act: call, rule: 'description-not-sent', step: '8', sentence: /Ann’s page has set its offer, but has not sent it.*`newOffer`/ },
  'candidates-not-sent': { changes: [[SCRIPTS, "'icecandidate'", "'icecandidates'"]], act: both, rule: 'candidates-not-sent', step: '9', sentence: /Ann’s browser has found \d+ candidates, but Ann’s page has sent none/ },
  'answer-set-as-remote': { changes: [[SCRIPTS, 'await peerConnection.setLocalDescription(answer)', 'await peerConnection.setRemoteDescription(answer)']], act: both, rule: 'description-in-wrong-state', step: '22', sentence: /Bob’s page has handed an answer to setRemoteDescription/ },
  'offer-set-as-local': { changes: [[SCRIPTS, SET_OFFER, SET_OFFER.replace('Remote', 'Local')]], act: both, rule: 'description-in-wrong-state', step: '17', sentence: /Bob’s page has handed Ann’s offer to setLocalDescription/ },
  'offer-not-set': { changes: [[SCRIPTS, SET_LOCAL_OFFER, '']], act: call, rule: 'description-not-set', step: '6', sentence: /Ann’s page has sent its offer, but has not handed it to setLocalDescription/ },
  'tracks-too-late': { changes: [[SCRIPTS, ADD_TRACKS, ''], [SCRIPTS, EMIT_OFFER, `${EMIT_OFFER}\n    localStream.getTracks().forEach(track => peerConnection.addTrack(track, localStream))`]], act: call, rule: 'offer-without-media', step: '4', sentence: /Ann’s offer has no `m=` line/ },
  'answer-too-early': { changes: [[SCRIPTS, SET_OFFER, '']], act: both, rule: 'answer-before-offer', step: '15', sentence: /Bob’s page has called createAnswer before the offer was set/ },
  crossing: {
    act: async ({ ann, bob }) => {
      await ann.click('#call');
      await bob.click('#call');
    },
    rule: 'offers-crossing',
    step: '8',
    sentence: /The offers of (?:Ann and Bob|Bob and Ann) have crossed/,
  },
  'only-local': { changes: unreachable('0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f.local'), act: both, rule: 'ice-failed', step: '23', sentence: /all candidates hide their address behind a `\.local` name/ },
  'no-way': { changes: unreachable('192.0.2.99'), act: both, rule: 'ice-failed', step: '23', sentence: /have not found a way to each other.*Ann had \d+ host, Bob had \d+ host/ },
  'relay-only': { changes: [[SCRIPTS, 'iceServers: []', "iceServers: [], iceTransportPolicy: 'relay'"]], act: call, rule: 'no-candidates-found', step: '7', sentence: /found no candidate at all: `iceTransportPolicy` is `relay`/ },
  'turn-not-reached': {
    changes: [[SCRIPTS, 'iceServers: []', "iceServers: [{ urls: 'turn:127.0.0.1:9?transport=tcp', username: 'a', credential: 'b' }], iceTransportPolicy: 'relay'"]],
    act: call,
    rule: 'turn-server-failed',
    step: '3',
    sentence: /Ann’s browser has not reached the TURN server `turn:127\.0\.0\.1:9\?transport=tcp`/,
  },
  'camera-too-much': { changes: [[SCRIPTS, 'video: true, audio: true', 'video: { width: { min: 100000 } }']], act: call, rule: 'camera-refused', step: '1', sentence: /Ann’s page gets no stream from getUserMedia \(OverconstrainedError\)/ },
  'camera-stopped': { changes: [[SCRIPTS, 'localStream = stream', 'localStream = stream\n      stream.getVideoTracks()[0].stop()']], act: both, rule: 'no-packets', step: /^(?:20|23)$/, sentence: /connected, but (?:Ann|Bob)’s browser sends no picture/ },
  'no-autoplay': { changes: [['index.html', 'id="remote-video" autoplay playsinline', 'id="remote-video"']], act: both, rule: 'picture-not-shown', step: /^(?:20|23)$/, sentence: /stands still: it has no `autoplay`/ },
  'track-ignored': { changes: [[SCRIPTS, "'track'", "'tracks'"]], act: both, rule: 'picture-not-shown', step: /^(?:20|23)$/, sentence: /no `<video>` on (?:Ann|Bob)’s page shows (?:Ann|Bob)’s picture/ },
  'channel-on-wrong-side': {
    changes: [[SCRIPTS, 'const answer = await', "window.channel = peerConnection.createDataChannel('chat')\n  const answer = await"]],
    act: both,
    rule: 'channel-on-wrong-side',
    step: '3',
    sentence: /Bob’s page has opened a data channel, but Ann has made the offer/,
  },
  'closed-silently': {
    act: async (people) => {
      await answerTwice(people);
      await people.ann.evaluate(() => peerConnection.close());
    },
    rule: 'closed-without-telling',
    step: '23',
    sentence: /Ann’s page has closed its connection without telling the server/,
  },
};
