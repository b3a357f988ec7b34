// The inspector's rules: each names its mistake, with the step, and none says a word about a run without mistakes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { diagnose, rules } from '../../../public/inspector/js/rules/index.js';
import { Run } from '../../../public/inspector/js/run.js';
import { goodCall, goodMedia, Script } from '../support/inspector-run.mjs';
import { healthyRuns } from '../support/inspector-healthy.mjs';

const failure = (name, message = 'no') => ({ ok: false, error: { name, message } });

function runOf(script, header) {
  const run = new Run(header);
  for (const record of script.records) run.add(record);
  return run;
}

/** Ann and Bob, who have both opened the page; `act` makes a mistake, and may return a fresh expectation of time. */
function two(act, options = {}) {
  const script = new Script();
  const [ann, bob] = [script.person('Ann', options), script.person('Bob', options.apart ? { ...options, from: 'a2' } : options)];
  ann.arrive();
  bob.arrive();
  act({ script, ann, bob });
  return script;
}

function offered({ ann }) {
  ann.prepareOffer().sendOffer().gather();
  return ann.calling;
}

/** By rule: the run with the mistake, the step, what the sentence says, and how long after the last record. */
const mistakes = {
  'not-admitted': [
    () => {
      const script = new Script();
      script.write('reject', { as: 'socketio', userName: 'Ann', code: 'wrong-password', message: 'Wrong.', origin: null, from: 'a1' });
      return script;
    },
    '10',
    /Ann has sent a wrong password/,
  ],
  'insecure-page': [() => two(() => {}, { probe: false }) && insecure(), '1', /Ann’s page was opened by http/],
  'client-script-missing': [
    () => {
      const script = new Script();
      script.person('Ann').load().tell('error', { message: 'Uncaught ReferenceError: io is not defined', source: 'scripts.js', line: 3 });
      return script;
    },
    '10',
    /has not loaded the Socket\.IO client/,
  ],
  'no-socket': [
    () => {
      const script = new Script();
      script.person('Ann').load().prepareOffer();
      return script;
    },
    '10',
    /no connection to this server/,
    3000,
  ],
  'misspelled-event': [() => two(({ ann }) => ann.prepareOffer().sendOffer({ event: 'newoffer' })), '8', /Ann’s page sends `newoffer`.*`newOffer`/],
  'answer-not-taken': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.bob.prepareAnswer(offer).sendAnswer(offer);
        all.bob.addCandidates(offer.candidates).gather();
      }),
    '22',
    /Ann’s page has not handed it to setRemoteDescription.*`answerResponse`/,
    6000,
  ],
  'candidates-not-added': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.bob.prepareAnswer(offer).sendAnswer(offer);
        all.bob.addCandidates(offer.candidates).gather();
        all.ann.setRemote(all.bob.answer);
      }),
    '23',
    /sent Bob’s candidates to Ann, but Ann’s page has added none/,
  ],
  'answer-alone': [() => refusedAnswer('no-such-offer', ({ bob }) => bob.answer), '19', /Bob.*with the answer alone/, 0],
  'answer-missing': [() => refusedAnswer('bad-payload', ({ offer }) => ({ ...offer.object(), answer: {} })), '19', /`answer` is empty/, 0],
  'answer-to-own-offer': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.ann.refuse(all.ann.send('newAnswer', [{ ...offer.object(), answer: all.ann.describe('answer') }], { ack: 3 }), 'own-offer', 'Own.');
      }),
    '19',
    /Ann has answered their own offer/,
    0,
  ],
  'answered-twice': [
    () =>
      two(({ ann, bob }) => {
        const offer = goodCall(ann, bob);
        bob.refuse(bob.send('newAnswer', [offer.object()], { ack: 3 }), 'already-answered', 'Twice.');
      }),
    '19',
    /Bob’s page has sent `newAnswer` twice/,
    0,
  ],
  'answered-by-another': [
    () =>
      two(({ script, ann, bob }) => {
        const cem = script.person('Cem').arrive();
        const offer = goodCall(ann, bob);
        cem.prepareAnswer(offer);
        cem.refuse(cem.send('newAnswer', [{ ...offer.object(), answer: cem.answer }], { ack: 3 }), 'already-answered', 'Late.');
      }),
    '19',
    /Cem has answered the offer of Ann, but Bob was faster/,
    0,
  ],
  'answer-to-stale-offer': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.ann.leave().disconnect();
        all.bob.prepareAnswer(offer);
        all.bob.refuse(all.bob.send('newAnswer', [{ ...offer.object(), answer: all.bob.answer }], { ack: 3 }), 'no-such-offer', 'Gone.');
      }),
    '19',
    /Bob has answered an offer of Ann that is no longer there: Ann’s page was closed or reloaded/,
    0,
  ],
  'offer-without-description': [
    () =>
      two(({ ann }) => {
        ann.media().makePc().addTracks().createOffer();
        ann.refuse(ann.send('newOffer', [{}]), 'bad-payload', 'newOffer takes a description.');
      }),
    '8',
    /Ann’s page has sent `newOffer` without a description/,
    0,
  ],
  'answer-without-ack': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.bob.prepareAnswer(offer).sendAnswer(offer, { ack: null });
        all.bob.tell('rejection', { message: 'TypeError: offerIceCandidates.forEach is not a function' });
      }),
    '19',
    /Bob’s page has sent `newAnswer` without asking for an acknowledgement/,
    0,
  ],
  refused: [() => two(({ ann }) => ann.refuse(ann.send('newOffer', ['x']), 'too-large', 'Too large.')), null, /refused `newOffer` of Ann: Too large/, 0],
  'answer-before-offer': [
    () =>
      two((all) => {
        offered(all);
        all.bob.media().makePc().addTracks().createAnswer(failure('InvalidStateError'));
      }),
    '15',
    /Bob’s page has called createAnswer before the offer was set/,
    0,
  ],
  'description-in-wrong-state': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.bob.prepareAnswer(offer).sendAnswer(offer);
        all.bob.addCandidates(offer.candidates).gather();
        all.bob.setRemote(all.bob.answer, failure('InvalidStateError', 'Called in wrong state: stable'));
        all.ann.setRemote(all.bob.answer).addCandidates(all.bob.candidates);
      }),
    '22',
    /Bob’s page has handed an answer to setRemoteDescription.*state is `stable`.*`have-local-offer`/,
    0,
  ],
  'offer-without-media': [() => two(({ ann }) => ann.media().makePc().createOffer().setOffer().sendOffer()), '4', /Ann’s offer has no `m=` line/, 0],
  'description-not-set': [() => two(({ ann }) => ann.media().makePc().addTracks().createOffer().sendOffer()), '6', /Ann’s page has sent its offer, but has not handed it to setLocalDescription/],
  'description-not-sent': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.bob.prepareAnswer(offer).gather(['host'], { didIOffer: false });
      }),
    '19',
    /Bob’s page has set its answer, but has not sent it/,
  ],
  'offers-crossing': [
    () =>
      two(({ ann, bob }) => {
        ann.prepareOffer().sendOffer().gather();
        bob.prepareOffer().sendOffer().gather();
      }),
    '8',
    /The offers of (?:Ann and Bob|Bob and Ann) have crossed/,
  ],
  'candidates-without-role': [
    () =>
      two(({ ann }) => {
        ann.prepareOffer().sendOffer();
        for (const candidate of ['host', 'host']) ann.gather([candidate], { didIOffer: null });
      }),
    '9',
    /Ann’s page sends candidates without `didIOffer`/,
    0,
  ],
  'candidates-to-nobody': [() => two(({ ann }) => ann.prepareOffer().gather(['host'], { complete: false, didIOffer: true }), { probe: false }), '9', /belong to no call/],
  'candidate-too-early': [
    () =>
      two((all) => {
        const offer = offered(all);
        all.bob.media().makePc().addTracks().addCandidates(offer.candidates.slice(0, 1), failure('InvalidStateError', 'The remote description was null'));
      }),
    '20',
    /Bob’s page has called addIceCandidate before setRemoteDescription/,
    0,
  ],
  'candidates-not-sent': [() => two(({ ann }) => ann.prepareOffer().sendOffer().gather(['host', 'host'], { send: false })), '9', /Ann’s browser has found 2 candidates, but Ann’s page has sent none/],
  'no-candidates-found': [
    () =>
      two(({ ann }) => {
        ann.prepareOffer().sendOffer();
        ann.gather([]);
      }),
    '7',
    /Ann’s browser has found no candidate at all/,
    600,
  ],
  'turn-server-failed': [
    () =>
      two(({ ann }) => {
        ann.prepareOffer().sendOffer();
        ann.tell('candidate-error', { pc: 1, url: 'turn:a.example:3478', code: 401, text: 'Unauthorized' });
        ann.gather([]);
      }, { config: { iceServers: ['turn:a.example:3478'], iceTransportPolicy: 'relay' } }),
    '3',
    /The TURN server `turn:a\.example:3478` has refused the credentials of Ann’s page \(401 Unauthorized\)/,
  ],
  'no-stun-server': [() => failedCall(['host', 'host'], { apart: true }), '3', /Ann had 2 host, Bob had 2 host\. No `srflx` candidate: no STUN server/, 0],
  'no-turn-server': [() => failedCall(['host', 'srflx'], { apart: true, config: { iceServers: ['stun:a.example'] } }), '3', /1 srflx\. No `relay` candidate: no TURN server/, 0],
  'ice-failed': [() => failedCall(['host', 'host']), '23', /Ann had 2 host, Bob had 2 host/, 0],
  'camera-refused': [() => two(({ ann }) => ann.media({ name: 'NotAllowedError', message: 'Permission denied' })), '1', /Ann’s page gets no stream.*NotAllowedError.*not allowed/, 0],
  'sends-no-picture': [
    () =>
      two(({ ann, bob }) => {
        goodCall(ann, bob);
        ann.tell('track-state', { pc: 1, trackKind: 'video', local: true, event: 'mute', enabled: true });
      }),
    '1',
    /Ann’s camera gives no picture: its track is muted, so Bob/,
  ],
  'picture-not-shown': [
    () =>
      two(({ script, ann, bob }) => {
        goodCall(ann, bob, { frames: false });
        bob.elements({ paused: true, blocked: true });
        script.wait(10);
      }),
    '20',
    /a `<video>` on Bob’s page stands still: it has no `autoplay`, or the browser has blocked it/,
  ],
  'no-packets': [
    () =>
      two(({ script, ann, bob }) => {
        goodCall(ann, bob, { frames: false });
        for (let second = 0; second < 5; second += 1) {
          script.wait(1000);
          bob.stats({ framesDecoded: 0 });
          ann.stats({ framesSent: 0 });
        }
      }),
    '20',
    /connected, but Ann’s browser sends no picture/,
    0,
  ],
  'server-restarted': [() => two(({ ann, bob }) => goodCall(ann, bob)), '8', /The server was restarted.*Ann and Bob/],
  'caller-reloaded': [
    () =>
      two((all) => {
        offered(all);
        all.ann.leave().disconnect();
      }),
    '8',
    /Ann’s page was reloaded or closed while its offer was open/,
    0,
  ],
  'closed-without-telling': [
    () =>
      two(({ ann, bob }) => {
        const offer = goodCall(ann, bob);
        ann.hangup(offer, { tells: false });
      }),
    '23',
    /Ann’s page has closed its connection without telling the server: Bob’s page/,
  ],
  'channel-on-wrong-side': [
    () =>
      two(({ ann, bob }) => {
        ann.prepareOffer().sendOffer().gather();
        const offer = ann.calling;
        bob.media().makePc().addTracks().call('createDataChannel', { label: 'chat' });
        bob.setRemote(offer.description).createAnswer().setAnswer().sendAnswer(offer);
        bob.addCandidates(offer.candidates).gather();
        ann.setRemote(bob.answer).addCandidates(bob.candidates);
      }),
    '3',
    /Bob’s page has opened a data channel, but Ann has made the offer/,
  ],
  'page-error': [() => two(({ ann }) => ann.tell('error', { message: 'Uncaught TypeError: x is undefined', source: 'https://h/scripts.js', line: 12 })), null, /Ann’s page has an error: .*line 12 of scripts\.js/],
};

function insecure() {
  const script = new Script();
  script.person('Ann').arrive({ secure: false, camera: false, base: 'http:' });
  return script;
}

function refusedAnswer(code, payload) {
  return two((all) => {
    const offer = offered(all);
    all.bob.prepareAnswer(offer);
    all.bob.refuse(all.bob.send('newAnswer', [payload({ offer, bob: all.bob })], { ack: 3 }), code, 'Refused.');
  });
}

/** @param {{apart?: boolean, config?: object}} options `apart`: the two are on different machines */
function failedCall(kinds, { apart = false, ...options } = {}) {
  return two(({ ann, bob }) => {
    ann.prepareOffer().sendOffer().gather(kinds);
    const offer = ann.calling;
    bob.prepareAnswer(offer).sendAnswer(offer);
    bob.addCandidates(offer.candidates).gather(kinds);
    ann.setRemote(bob.answer).addCandidates(bob.candidates);
    ann.ice('checking', 'failed');
  }, { ...options, apart });
}

test('each rule has a run in which it is broken', () => {
  assert.deepEqual(rules.map(({ id }) => id).sort(), Object.keys(mistakes).sort());
});

for (const [id, [make, step, sentence, after = 2000]] of Object.entries(mistakes)) {
  test(`${id}: the mistake is named first, with its step and a cure`, () => {
    const script = make();
    const run = runOf(script, { startedAt: 1 });
    if (id === 'server-restarted') run.setHeader({ startedAt: 2 });
    const found = diagnose(run, id === 'server-restarted' ? 100 : script.now + after);
    assert.deepEqual([found[0]?.rule, found[0]?.step], [id, step], JSON.stringify(found.map(({ rule, sentence: words }) => [rule, words])));
    assert.match(found[0].sentence, sentence);
    assert.ok(found[0].cure.length > 10);
    if (id !== 'server-restarted') assert.ok(run.record(found[0].n), 'names a record');
  });
}

const pastNoise = 10 * 60_000;

for (const [name, { make, isSlow = false, waitsForPerson = [] }] of Object.entries(healthyRuns)) {
  test(`${name}: no rule says a word at any record`, () => {
    const script = make();
    const run = new Run({ startedAt: 1 });
    script.records.forEach((record, index) => {
      run.add(record);
      const next = script.records[index + 1]?.at ?? record.at + pastNoise;
      const times = isSlow ? [record.at, next - 1] : [record.at, record.at + 1000, record.at + 1900];
      if (waitsForPerson.includes(record) || !script.records[index + 1]) times.push(record.at + pastNoise);
      for (const now of times) {
        const found = diagnose(run, now);
        assert.deepEqual(found.map(({ rule, sentence }) => [rule, sentence]), [], `after record ${record.n} of ${script.records.length}, ${now - record.at} ms later`);
      }
    });
  });
}

test('an offer may wait for a person as long as it likes', () => {
  for (const probe of [true, false]) {
    const script = two((all) => offered(all), { probe });
    for (const wait of [0, 2000, 60_000, pastNoise]) assert.deepEqual(diagnose(runOf(script), script.now + wait), []);
  }
});

test('a mistake that is made good later is no longer named', () => {
  const cases = {
    'not-admitted': (script) => script.person('Ann').arrive(),
    'misspelled-event': (script) => script.people[0].prepareOffer().sendOffer().gather(),
    'answer-not-taken': (script) => {
      const [ann, bob] = script.people;
      ann.setRemote(bob.answer).addCandidates(bob.candidates);
      goodMedia(ann, bob);
    },
    'candidates-not-added': (script) => {
      const [ann, bob] = script.people;
      ann.addCandidates(bob.candidates);
      goodMedia(ann, bob);
    },
    'caller-reloaded': (script) => {
      const ann = script.person('Ann').arrive();
      goodCall(ann, script.people[1]);
    },
    'answer-to-stale-offer': (script) => {
      const ann = script.person('Ann').arrive();
      goodCall(ann, script.people[1]);
    },
    'camera-refused': (script) => script.people[0].media(),
    'offers-crossing': (script) => {
      const [ann, bob] = script.people;
      const offer = ann.calling;
      bob.prepareAnswer(offer).sendAnswer(offer);
      bob.addCandidates(offer.candidates).gather();
      ann.setRemote(bob.answer).addCandidates(bob.candidates);
      goodMedia(ann, bob);
    },
    'candidate-too-early': (script) => {
      const [ann, bob] = script.people;
      const offer = ann.calling;
      bob.setRemote(offer.description).createAnswer().setAnswer().sendAnswer(offer);
      bob.addCandidates(offer.candidates).gather();
      ann.setRemote(bob.answer).addCandidates(bob.candidates);
      goodMedia(ann, bob);
    },
  };
  for (const [id, heal] of Object.entries(cases)) {
    const script = mistakes[id][0]();
    script.wait(3000);
    heal(script);
    const found = diagnose(runOf(script), script.now + 1000);
    assert.deepEqual(found.map(({ rule, sentence }) => [rule, sentence]), [], id);
  }
});

test('an offer that arrives as an empty object was a promise', () => {
  const script = two(({ ann }) => {
    ann.media().makePc().addTracks().createOffer().setOffer();
    ann.offer = {};
    ann.sendOffer();
  });
  const [found] = diagnose(runOf(script), script.now);
  assert.equal(found.rule, 'offer-without-description');
});

test('only names that end in .local are a reason of their own', () => {
  const [found] = diagnose(runOf(failedCall(['mdns', 'mdns'])), 10_000);
  assert.match(found.sentence, /all candidates hide their address behind a `\.local` name/);
});

test('a TURN server that was not reached, has no room or replies otherwise is named as that', () => {
  const config = { iceServers: ['turn:a.example', 'turns:a.example?transport=tcp'], iceTransportPolicy: 'relay' };
  for (const [errors, sentence, cure] of [
    [[], /Ann’s browser has not reached the TURN server `turn:a\.example`/, /\?transport=tcp/],
    [[701, 701], /has not reached the TURN server `turns:a\.example\?transport=tcp`/, /a certificate that they trust/],
    [[486, 701], /`turn:a\.example` gives Ann’s browser no relay, since too many are in use \(486\)/, /close\(\)/],
    [[400], /it has replied with 400\./, /log/],
  ]) {
    const script = two(({ ann }) => {
      ann.prepareOffer().sendOffer();
      errors.forEach((code, n) => ann.tell('candidate-error', { pc: 1, url: config.iceServers[n], code, text: '' }));
      ann.gather([]);
    }, { config });
    const [found] = diagnose(runOf(script), script.now + 2000);
    assert.match(found.sentence, sentence);
    assert.match(found.cure, cure);
  }
});

test('a relay that works, or is not needed, is no problem, whatever another address of it says', () => {
  for (const [kinds, policy] of [[['relay'], 'relay'], [['host'], undefined]]) {
    const script = two(({ ann }) => {
      ann.prepareOffer().sendOffer();
      ann.tell('candidate-error', { pc: 1, url: 'turn:a.example', code: 701, text: '' });
      ann.gather(kinds);
    }, { config: { iceServers: ['turn:a.example', 'turn:a.example?transport=tcp'], iceTransportPolicy: policy } });
    assert.deepEqual(diagnose(runOf(script), script.now + 60_000), []);
  }
});

test('the line to change names this server’s list where it has one, and its flag where not', () => {
  const cureOf = (iceServers) => diagnose(runOf(failedCall(['host'], { apart: true }), { startedAt: 1, iceServers }), 10_000)[0].cure;
  assert.match(cureOf(['turn']), /fetch\('\/api\/ice-servers\?password=' \+ password\).*new RTCPeerConnection\(\{ iceServers \}\)/);
  for (const none of [[], undefined]) assert.match(cureOf(none), /new RTCPeerConnection\(\{ iceServers: \[.*`--turn`/);
});

test('two who both had a relay, and those on one machine, get another explanation', () => {
  for (const script of [failedCall(['host', 'relay'], { apart: true }), failedCall(['host', 'srflx'])]) {
    assert.equal(diagnose(runOf(script), script.now)[0].rule, 'ice-failed');
  }
});

test('names that nobody can look up are named although ICE has not begun', () => {
  const script = two(({ ann, bob }) => {
    ann.prepareOffer().sendOffer().gather(['mdns']);
    const offer = ann.calling;
    bob.prepareAnswer(offer).sendAnswer(offer);
    bob.addCandidates(offer.candidates).gather(['mdns']);
    ann.setRemote(bob.answer).addCandidates(bob.candidates);
  });
  assert.deepEqual(diagnose(runOf(script), script.now + 1900), []);
  const [found] = diagnose(runOf(script), script.now + 4000);
  assert.match(found.sentence, /all candidates hide their address behind a `\.local` name/);
});

test('a page that has reported something since does not get the time of a silent one', () => {
  const script = mistakes['answer-not-taken'][0]();
  assert.deepEqual(diagnose(runOf(script), script.now + 5000), []);
  script.people[0].tell('elements', { videos: [] });
  assert.equal(diagnose(runOf(script), script.now + 2000)[0].rule, 'answer-not-taken');
});

test('a rule changes nothing in the run', () => {
  const script = mistakes['answer-not-taken'][0]();
  const run = runOf(script);
  const before = JSON.stringify([run.calls, [...run.clients.values()]], (key, value) => (key === 'pcs' || key === 'call' ? undefined : value instanceof Map ? [...value] : value));
  const first = diagnose(run, script.now + 5000);
  assert.deepEqual(diagnose(run, script.now + 5000), first);
  const after = JSON.stringify([run.calls, [...run.clients.values()]], (key, value) => (key === 'pcs' || key === 'call' ? undefined : value instanceof Map ? [...value] : value));
  assert.equal(after, before);
});

test('odd records make no rule throw', () => {
  const odd = [null, undefined, 1, '', '__proto__', true, [], [null], {}, { sdp: 1 }, { sdp: 'v=0\nx\n' }, [{ offerId: {} }], { name: {} }];
  let seed = 11;
  const pick = (list) => list[(seed = (seed * 1103515245 + 12345) % 2147483648) % list.length];
  const scripts = Object.values(mistakes).map(([make]) => make());
  for (const script of [...scripts, ...scripts]) {
    const run = new Run();
    for (const record of script.records) {
      const copy = structuredClone(record);
      if (pick([0, 1, 2]) === 0) copy[pick(Object.keys(copy).filter((key) => key !== 'n'))] = pick(odd);
      if (Array.isArray(copy.payload) && pick([0, 1, 2]) === 0) copy.payload[0] = pick(odd);
      run.add(copy);
    }
    diagnose(run, script.now + 5000);
  }
});

test('offers to one user cross each other only where both could be answered', () => {
  const offersTo = (annCalls, bobCalls) => {
    const script = new Script();
    const [ann, bob] = ['Ann', 'Bob', 'Cem'].map((name) => script.person(name).arrive());
    ann.prepareOffer().sendOffer({ payload: [{ offer: ann.offer, to: annCalls }] }).gather();
    bob.prepareOffer().sendOffer({ payload: [{ offer: bob.offer, to: bobCalls }] }).gather();
    return diagnose(runOf(script), script.now + 4000).map(({ rule }) => rule).filter((rule) => rule === 'offers-crossing');
  };
  assert.deepEqual(offersTo('Bob', 'Ann'), ['offers-crossing']);
  assert.deepEqual(offersTo('Bob', 'Cem'), []);
  assert.deepEqual(offersTo('Bob', undefined), []);
});

test('offer to a user that is not there is explained', () => {
  const sentence = 'No other client in your lobby has this user name: it has left, or the name is spelled differently.';
  const refused = two(({ ann }) => ann.refuse(ann.send('newOffer', [{ offer: {}, to: 'Bbo' }]), 'no-such-peer', sentence));
  const found = diagnose(runOf(refused), refused.now);
  assert.deepEqual(found.map(({ rule }) => rule), ['refused']);
  assert.match(found[0].sentence, /Ann: No other client in your lobby/);
});
