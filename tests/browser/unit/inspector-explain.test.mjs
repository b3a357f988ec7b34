// Descriptions and candidates in words. The descriptions are real ones, of Chromium 156 and Firefox 153.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { addressKind } from '../../../public/inspector/js/explain/address.js';
import { explainCandidate } from '../../../public/inspector/js/explain/candidate.js';
import { fmtpWords, isKnownParameter } from '../../../public/inspector/js/explain/codecs.js';
import { compareDescriptions, explainDifferences } from '../../../public/inspector/js/explain/compare.js';
import { explainDescription } from '../../../public/inspector/js/explain/description.js';
import { extensionMeaning } from '../../../public/inspector/js/explain/extmaps.js';
import { maskText } from '../../../public/inspector/js/mask.js';

const all = JSON.parse(readFileSync(new URL('../fixtures/inspector/descriptions.json', import.meta.url), 'utf8'));
const real = (browser, name, type = 'offer') => all.find((one) => one.browser === browser && one.name === name && one.type === type);
const linesOf = (description) => explainDescription(description).sections.flatMap(({ lines }) => lines);
const wordsOf = (description, text) => linesOf(description).find((line) => line.text.includes(text))?.words;

for (const description of all) {
  const { browser, name, type } = description;
  test(`each line of a ${type} of ${browser} has words: ${name}`, () => {
    for (const sdp of [description.sdp, maskText(description.sdp)]) {
      const lines = linesOf({ type, sdp });
      assert.equal(lines.map(({ text }) => `${text}\r\n`).join(''), sdp);
      for (const { text, words, isKnown } of lines) {
        assert.ok(isKnown, text);
        assert.doesNotMatch(words, /not explained|cannot be read|unknown|undefined|NaN|\?/, text);
      }
    }
  });
}

test('each parameter and extension of the real descriptions is known', () => {
  for (const { sdp } of all) {
    for (const [, parameters] of sdp.matchAll(/^a=fmtp:\d+ (.*=.*)\r$/gm)) {
      for (const part of parameters.split(';')) assert.ok(isKnownParameter(part.split('=')[0]), part);
    }
    for (const [, uri] of sdp.matchAll(/^a=extmap:\S+ (?:urn:ietf:params:rtp-hdrext:encrypt )?(\S+)\r$/gm)) assert.ok(extensionMeaning(uri), uri);
  }
});

test('a summary names the browser, what flows and the codecs', () => {
  const summary = (...which) => explainDescription(real(...which)).summary;
  assert.match(summary('Firefox', 'sound and picture'), /^An offer from Firefox with sound \(sendrecv; Opus, .*picture \(sendrecv; VP8, VP9, AV1\); 16 candidates/);
  assert.match(summary('Chromium', 'data channel', 'answer'), /^An answer with data channels; 2 candidates/);
  assert.match(summary('Chromium', 'nothing added'), /without any m-section: no track and no data channel/);
  assert.match(summary('Firefox', 'H264 rejected', 'answer'), /picture \(rejected\)/);
});

test('a direction says what it means for each side, in an offer and in an answer', () => {
  assert.match(wordsOf(real('Chromium', 'sendonly'), 'a=sendonly'), /^The offerer only sends here. The answerer is to answer with recvonly/);
  assert.match(wordsOf(real('Chromium', 'answer to sendonly', 'answer'), 'a=recvonly'), /^The answerer sends nothing here: only the offerer sends/);
});

test('setup says who begins the DTLS handshake', () => {
  assert.match(wordsOf(real('Chromium', 'sound and picture'), 'a=setup'), /the offerer may begin.*the answerer chooses/);
  assert.match(wordsOf(real('Chromium', 'sound and picture', 'answer'), 'a=setup'), /the answerer begins the handshake/);
});

test('parameters of codecs are in words', () => {
  const { sdp } = real('Chromium', 'every codec, to receive');
  const words = (text) => wordsOf({ type: 'offer', sdp }, text);
  assert.match(words('profile-level-id=42e01f'), /Constrained Baseline profile, level 3\.1/);
  assert.match(words('profile-level-id=42001f'), / Baseline profile, level 3\.1/);
  assert.match(words('level-idx=5;profile=0'), /level 3\.1.*profile 0 \(Main\).*tier 0 \(Main\)/);
  assert.match(words('profile-id=2'), /VP9 profile 2: 10 or 12 bits/);
  assert.match(words('a=fmtp:97 apt='), /rtx \(97\).*lost packets of payload type 96 \(VP8\)/);
  assert.match(words('useinbandfec=1'), /a rough copy of the one before/);
  assert.match(words('111/111'), /payload type 111 \(Opus\)/);
  assert.match(words('repair-window'), /for 10 s/);
  assert.match(fmtpWords('96 constructor=1;strange', { codecs: new Map() }), /constructor=1 – not explained here; strange – not explained here/);
});

test('simulcast and its paused size are in words', () => {
  assert.match(wordsOf(real('Chromium', 'simulcast'), 'a=simulcast'), /3 sizes: h, m, l \(paused\)/);
  assert.match(wordsOf(real('Firefox', 'simulcast'), 'a=rid:m'), /“m” is the name of one size/);
});

test('a line that nobody knows gets an honest sentence', () => {
  const lines = linesOf({ type: 'offer', sdp: 'v=0\r\na=constructor:x\r\na=new-thing\r\nx=1\r\nnot a line\r\nm=\r\n' });
  assert.deepEqual(lines.map(({ isKnown }) => isKnown), [true, false, false, false, false, true]);
  assert.match(lines[1].words, /not explained here \(“constructor”\)/);
  assert.match(lines[4].words, /refuses the whole description/);
});

test('what is no description gives a result, too', () => {
  const odd = [null, undefined, 5, '', {}, [], { type: 5, sdp: {} }, { type: 'rollback' }, { sdp: 'x'.repeat(100_000) }, 'a=\n'.repeat(50_000), 'm=audio\n'.repeat(5000), 'a=fmtp:\na=rtcp-fb:\na=ssrc:\na=rid\na=simulcast\na=msid\na=extmap\nc=\nb=\no=\na=candidate:x\na=max-message-size'];
  for (const description of odd) {
    assert.ok(explainDescription(description).sections.length >= 1);
    assert.ok(Array.isArray(compareDescriptions(description, all[0])));
    assert.ok(Array.isArray(compareDescriptions(all[0], description)));
    assert.ok(explainDifferences(description, all[0]).length >= 0);
  }
  assert.match(explainDescription({ type: 'rollback' }).summary, /rollback/);
});

// --- Candidates ---

const host = (address, rest = '') => explainCandidate({ candidate: `candidate:1 1 udp 2122194687 ${address} 5000 typ host${rest}`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: '7N/g' });

test('a host candidate says which machines can reach it', () => {
  assert.match(host('192.168.1.5').reach, /same local network/);
  assert.match(host('fd00::2').reach, /same local network/);
  assert.match(host('private-ipv4').reach, /same local network/);
  assert.match(host('127.0.0.1').reach, /only this machine/);
  assert.match(host('169.254.1.1').reach, /same cable or Wi-Fi/);
  assert.match(host('100.64.0.9').reach, /same provider/);
  assert.match(host('shared-ipv4').reach, /same provider/);
  assert.match(host('203.0.113.9').reach, /on the Internet, unless a firewall/);
  assert.match(host('06d5a7c2.local').reach, /\.local names/);
  assert.equal(host('mdns.local').addressKind, 'mdns');
  assert.match(host('06d5a7c2.local').words, /hides the address \(mDNS\)/);
});

test('each type of candidate has words', () => {
  const of = (rest) => explainCandidate(`candidate:1 1 udp 1686052607 203.0.113.9 5000 typ ${rest}`);
  assert.match(of('srflx raddr 192.168.1.5 rport 5000').words, /Server reflexive \(srflx\) candidate.*STUN server saw/);
  assert.match(of('prflx').words, /Peer reflexive/);
  assert.match(of('relay raddr 0.0.0.0 rport 0').reach, /TURN server/);
  assert.equal(of('strange').type, 'unknown');
  assert.match(of('relay raddr 0.0.0.0 rport 0').details.find(({ name }) => name === 'raddr').words, /hidden/);
});

test('a TCP candidate says who opens the connection', () => {
  const tcp = explainCandidate('candidate:3 1 TCP 2105458943 192.0.2.2 9 typ host tcptype active');
  assert.equal(tcp.protocol, 'tcp');
  assert.equal(tcp.tcpType, 'active');
  assert.match(tcp.reach, /two browsers do not connect/);
});

test('all details of Chromium’s and Firefox’s candidates are explained', () => {
  for (const { sdp } of all) {
    for (const [, line] of sdp.matchAll(/^a=(candidate:.*)\r$/gm)) {
      const { type, details } = explainCandidate({ candidate: `${line} ufrag 7N/g network-cost 999`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: '7N/g' });
      assert.equal(type, 'host');
      for (const { name, words } of details) assert.doesNotMatch(words, /Not explained|NaN|undefined/, name);
    }
  }
});

test('the end of candidates is distinguished from what cannot be read', () => {
  for (const end of [null, undefined, '', { candidate: '', sdpMid: '0' }, 'a=end-of-candidates']) assert.equal(explainCandidate(end).type, 'end');
  for (const odd of [5, {}, [], 'candidate:', 'x', { candidate: 5 }, { candidate: 'candidate:1 1 udp x' }]) assert.equal(explainCandidate(odd).type, 'unknown');
});

test('addresses are distinguished by range', () => {
  assert.equal(addressKind('172.31.0.1').range, 'private');
  assert.equal(addressKind('::1').range, 'loopback');
  assert.equal(addressKind('[fe80::1%eth0]').range, 'link-local');
  assert.equal(addressKind('2001:db8::1').range, 'public');
  assert.equal(addressKind('::').range, 'unspecified');
  assert.equal(addressKind('1:2').family, 'name');
  assert.equal(addressKind(undefined).family, 'none');
});

// --- Two descriptions ---

const differences = (one, other) => explainDifferences(one, other).map(({ words }) => words).join('\n');

test('an answer says what is left of the offer', () => {
  const words = differences(real('Chromium', 'sound and picture'), real('Chromium', 'sound and picture', 'answer'));
  assert.match(words, /offered sendrecv, answered sendrecv: both sides send/);
  assert.match(words, /DTLS: the answerer begins/);
  assert.match(differences(real('Chromium', 'H264 only'), real('Firefox', 'H264 rejected', 'answer')), /picture: the answerer has rejected it/);
});

test('codecs that the answerer does not want are marked', () => {
  const [offer, answer] = [real('Chromium', 'sound and picture'), real('Chromium', 'sound and picture', 'answer')];
  const fewer = { ...answer, sdp: answer.sdp.replaceAll(/^a=(rtpmap|fmtp|rtcp-fb):45 .*\r\n/gm, '').replace(/ 45 /, ' ') };
  assert.match(differences(offer, fewer), /picture: VP8 is used .*; not wanted: AV1/);
  const row = compareDescriptions(offer, fewer).find(({ left }) => left?.startsWith('a=rtpmap:45'));
  assert.deepEqual([row.same, row.right], [false, null]);
  assert.match(row.words, /AV1 \(45\) is only on the left: the answerer does not want it/);
});

test('an answer that does not fit its offer is marked', () => {
  const [offer, answer] = [real('Chromium', 'sendonly'), real('Chromium', 'answer to sendonly', 'answer')];
  assert.match(differences(offer, { ...answer, sdp: answer.sdp.replace('a=recvonly', 'a=sendrecv') }), /does not fit/);
  assert.match(differences(offer, { ...answer, sdp: answer.sdp.replaceAll('a=setup:active', 'a=setup:actpass') }), /has to choose active or passive/);
  assert.match(differences(real('Chromium', 'data channel'), real('Chromium', 'sound and picture', 'answer')), /belongs to another offer/);
});

for (const browser of ['Chromium', 'Firefox']) {
  test(`a later offer of ${browser} with new ice-ufrag is an ICE restart, and an m-section is added`, () => {
    const [before, after] = [real(browser, 'sound and picture'), real(browser, 'ICE restart and data channel')];
    for (const sentences of [differences(before, after), differences({ ...before, sdp: maskText(before.sdp) }, { ...after, sdp: maskText(after.sdp) })]) {
      assert.match(sentences, /same RTCPeerConnection/);
      assert.match(sentences, /ICE restart: the ice-ufrag is a new one/);
      assert.match(sentences, /m-section 2 \(mid 2\): data channels: added/);
    }
    assert.match(differences(before, before), /No ICE restart/);
  });
}

test('offers of two connections are distinguished', () => {
  assert.match(differences(real('Chromium', 'sound and picture'), real('Chromium', 'sendonly')), /two RTCPeerConnections/);
});

test('two equal descriptions have no difference, and each line is in a row', () => {
  for (const description of all) {
    const rows = compareDescriptions(description, description);
    assert.ok(rows.every(({ same, left, right }) => same && left === right));
    assert.equal(rows.length, description.sdp.split('\r\n').length - 1);
  }
});
