// Rooms, channels and files of the library, in Chromium and Firefox: the examples as anyone would open them, and links
// without sound and picture, to which no side may add them at once with the other.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserTest } from './support/browser.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { PLAYERS, isInstalled } from './support/players.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** What happens on each example's pages, the first and the second in a room. */
const STORIES = {
  async meeting(first, second) {
    for (const page of [first, second]) await eventually('two moving pictures', () => page.evaluate(moving).then((all) => all === 2));
    await second.click('#leave');
    await eventually('the other one gone', () => first.evaluate(() => document.querySelectorAll('video').length === 1));
    await says(second, '#status', /You left the room\./);
  },

  async channel(first, second) {
    for (const [from, to] of [[first, second], [second, first]]) {
      await from.click('#start');
      await says(from, '#sent', /^Sent: 6 MB, [\d.]+ MB\/s$/);
      await says(to, '#received', /^Received: 6 MB, [\d.]+ MB\/s$/);
    }
  },

  async files(first, second) {
    await first.evaluate(choose, { name: 'small.bin', size: 200_000 });
    await eventually('in the room', () => second.evaluate(() => !document.querySelector('#file').disabled));
    await second.evaluate(choose, { name: 'large.bin', size: 11_000_000 });
    await arrives(second, 'small.bin', 200_000);
    await eventually('a question, answered', () => first.evaluate(accept));
    await arrives(first, 'large.bin', 11_000_000);
    await eventually('both done', () => second.evaluate(() => document.querySelector('#files').textContent.split('done').length === 3));
  },
};

browserTest('the examples work between Chromium and Firefox, whichever comes first', async ({ visit, t }) => {
  if (!isInstalled(PLAYERS.Firefox)) {
    t.skip('no Firefox here');
    return;
  }
  const server = await serverFor(t, EXAMPLES);
  const ann = await visit('about:blank', { camera: 'several', script: watchWaiting });
  ann.problems.expect(/favicon\.ico/);
  const fox = await visitInFirefox(t, 'about:blank');
  for (const [example, story] of Object.entries(STORIES)) {
    for (const pages of [[ann, fox], [fox, ann]]) {
      const room = pages.indexOf(ann);
      for (const page of pages) {
        await page.goto(`${server.http}/${example}.html?room=${room}&name=${page === ann ? 'Ann' : 'Fox'}&megabytes=6`);
        if (page === pages[0]) await says(page, '#status', /^(In|Waiting in) /);
      }
      await story(...pages);
      const most = await ann.evaluate(() => window.mostWaiting ?? 0);
      assert.ok(most <= 1024 * 1024 + 64 * 1024, `${example}: ${most} bytes waited`);
    }
  }
});

browserTest('of a link without sound and picture both sides cannot make one at once, and it still negotiates', async ({ visit, t }) => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-blank-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'index.html'), '<!DOCTYPE html><title>Blank</title>');
  const server = await serverFor(t, folder);
  const [ann, bob] = [await visit(server.http), await visit(server.http)];
  for (const page of [ann, bob]) page.problems.expect(/favicon\.ico/);
  const fox = isInstalled(PLAYERS.Firefox) ? [await visitInFirefox(t, server.http)] : [];
  const pairs = [[ann, bob], ...fox.flatMap((page) => [[ann, page], [page, ann]])];
  let room = 0;
  for (const [first, second] of pairs) {
    for (const medias of [[false, false], [true, false], [false, true], [true, true]]) {
      room += 1;
      const context = `pair ${pairs.findIndex(([one, other]) => one === first && other === second) + 1}, media ${medias}`;
      await first.evaluate(joinRoom, { room: `r${room}`, name: 'First', media: medias[0] });
      await second.evaluate(joinRoom, { room: `r${room}`, name: 'Second', media: medias[1] });
      for (const page of [first, second]) await eventually(`${context}: connected`, () => page.evaluate(() => channel.members.length === 1));
      const results = await Promise.all([first, second].map((page) => page.evaluate(sendSound)));
      // The second offers: what it offers decides.
      const expected = medias.map((media) => (!media ? /media: false/ : medias[1] ? /^sent$/ : /made without sound/));
      results.forEach((result, n) => assert.match(result, expected[n], context));

      // With a Firefox the second of two restarts had no effect in two of six runs, for a reason that was not found; its
      // restarts are tried in call-pairings.test.mjs.
      const restarts = !fox.some((page) => [first, second].includes(page));
      for (const [from, to] of [[first, second], [second, first]]) {
        if (restarts) await isNegotiatedAnew(to, context, () => from.evaluate(() => room.members[0].restartIce()));
        // Said again until it arrives: where the path changes, or the connection is replaced, one may be lost.
        const word = `${room} from ${from === first ? 'first' : 'second'}`;
        await eventually(`${context}: “${word}” through the channel`, async () => {
          await from.evaluate((data) => channel.send(data), word);
          return to.evaluate((data) => window.heard === data, word);
        });
      }
      if (medias.every(Boolean)) for (const page of [first, second]) await eventually(`${context}: sound`, () => page.evaluate(hasSound));
      for (const page of [first, second]) await page.evaluate(() => client.close());
    }
  }
});

browserTest('a side whose connection has failed looks for another way, though the other side sees nothing of it', async ({ visit, t }) => {
  const server = await serverFor(t, EXAMPLES);
  const address = `${server.http}/channel.html`;
  const pages = [await visit(address), await visit(address)];
  for (const [n, page] of pages.entries()) {
    page.problems.expect(/favicon\.ico/);
    await page.evaluate(joinRoom, { room: 'one-sided', name: `Page ${n}`, media: false });
  }
  for (const page of pages) await eventually('connected', () => page.evaluate(() => channel.members.length === 1));
  for (const [failed, other] of [pages, [...pages].reverse()]) {
    await isNegotiatedAnew(other, 'an ICE restart', () => failed.evaluate(failOnce));
    await eventually('negotiated', () => failed.evaluate(() => [...pcs.values()].every(({ signalingState }) => signalingState === 'stable')));
  }
});

browserTest('a room that is left, joined twice, or joined by a client that is closed', async ({ visit, t }) => {
  const server = await serverFor(t, EXAMPLES);
  const page = await visit(`${server.http}/call.html`, { camera: 'several' });
  const seen = await page.evaluate(async () => {
    const { connect } = await import('/switchboard.esm.js');
    const fault = (promise) => Promise.race([promise.then(() => 'none', ({ code }) => code ?? 'no code'), new Promise((resolve) => setTimeout(resolve, 10_000, 'pending'))]);
    const client = await connect();
    const opened = [];
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = async function (wanted) {
      const stream = await getUserMedia.call(this, wanted);
      opened.push(...stream.getTracks());
      client.close(); // While the browser was asking.
      return stream;
    };
    const room = await client.join('tea', { media: false });
    const channel = room.channel('moves');
    const twice = await fault(client.join('tea', { media: false }));
    room.leave();
    const tasks = [channel.send('x'), room.say('x'), room.sendFile(new File(['x'], 'x')), room.typing(true), room.shareScreen(), (async () => room.channel('late'))()];
    const late = await Promise.all(tasks.map(fault));
    const again = await client.join('tea', { media: false, limit: 2 });
    const transfer = await again.sendFile(new File(['x'], 'x'));
    again.leave();
    const asked = await fault(client.join('coffee', { audio: true }));
    return { twice, late, again: again.state, file: await fault(transfer.done), asked, tracks: opened.map(({ readyState }) => readyState) };
  });
  assert.deepEqual(seen, {
    twice: 'busy', late: ['closed', 'ended', 'ended', 'ended', 'ended', 'ended'], again: 'left', file: 'broken', asked: 'closed', tracks: ['ended'],
  });
});

browserTest('a host lets clients wait, admits and rejects them, and locks the room', async ({ visit, t }) => {
  const server = await serverFor(t, EXAMPLES);
  const page = await visit(`${server.http}/call.html`);
  const seen = await page.evaluate(async () => {
    const { connect } = await import('/switchboard.esm.js');
    const [ann, bob, cem, dan] = await Promise.all(['Ann', 'Bob', 'Cem', 'Dan'].map((name) => connect({ name })));
    const next = (room, type) => new Promise((resolve) => room.addEventListener(type, ({ detail }) => resolve(detail), { once: true }));
    /** Until exactly these wait: a list of something that ended before may come late. */
    const whenWaiting = (room, ...wanted) => new Promise((resolve) => {
      const compare = () => {
        const waiting = names(room.waiting);
        if (waiting.join() !== wanted.join()) return;
        room.removeEventListener('waiting', compare);
        resolve(waiting);
      };
      room.addEventListener('waiting', compare);
      compare();
    });
    /** Joins, and gives the room while it waits, its states, and what comes of it. */
    const waits = (client) => new Promise((resolve) => {
      const states = [];
      const outcome = client.join('tea', {
        media: false,
        onwaiting(room) {
          states.push(room.state);
          room.onstate = (state) => states.push(state);
          resolve({ room, states, outcome });
        },
      }).catch(({ code }) => code);
    });
    const names = (list) => list.map(({ name }) => name);
    const room = await ann.join('tea', { media: false });
    const first = [room.isHost, room.hostId === room.id, room.access];
    const changed = next(room, 'access');
    await room.setAccess('ask');
    const asks = await changed;

    const ofBob = await waits(bob);
    const waiting = [await whenWaiting(room, 'Bob'), ofBob.room.state, ofBob.room.members.length, ofBob.room.isHost];
    const foreign = await ofBob.room.setAccess('open').catch(({ code }) => code);
    const ofCem = await waits(cem);
    await whenWaiting(room, 'Bob', 'Cem');
    const [bobWaits, cemWaits] = room.waiting;
    const bobJoins = next(room, 'join');
    await bobWaits.admit();
    const bobIn = await ofBob.outcome;
    const admitted = [(await bobJoins).id === bobWaits.id, bobIn.state, bobIn.id === bobWaits.id, names(bobIn.members), bobIn.access, bobIn.hostId === room.id];
    const twice = await bobWaits.admit().catch(({ code }) => code);
    await cemWaits.reject();
    const rejected = [await ofCem.outcome, ofCem.states];

    const again = await waits(cem);
    await whenWaiting(room, 'Cem');
    again.room.leave();
    const stopped = [await again.outcome, await whenWaiting(room)];
    await room.setAccess('locked');
    const locked = await dan.join('tea', { media: false }).catch(({ code }) => code);
    const host = next(bobIn, 'host');
    room.leave();
    const followed = [(await host) === bobIn.id, bobIn.isHost, bobIn.access];
    for (const client of [ann, bob, cem, dan]) client.close();
    return { first, asks, waiting, foreign, admitted, twice, rejected, stopped, locked, followed };
  });
  assert.deepEqual(seen, {
    first: [true, true, 'open'], asks: 'ask', waiting: [['Bob'], 'waiting', 0, false], foreign: 'not-in-room',
    admitted: [true, 'joined', true, ['Ann'], 'ask', true], twice: 'no-such-peer', rejected: ['not-admitted', ['waiting', 'left']],
    stopped: ['ended', []], locked: 'room-locked', followed: [true, true, 'locked'],
  });
});

/** After `change` the page knows the other end by another name: over the same connection, or over one in its place. */
async function isNegotiatedAnew(page, context, change) {
  const before = await eventually(`${context}: negotiated`, () => page.evaluate(remoteUfrag));
  await change();
  await eventually(`${context}: negotiated again`, async () => {
    const now = await page.evaluate(remoteUfrag);
    return now !== null && now !== before;
  });
}

function says(page, selector, pattern) {
  return eventually(`${selector}: ${pattern}`, async () => pattern.test(await page.textContent(selector)));
}

/** The file can be saved, and is as it was. */
async function arrives(page, name, size) {
  let sum = null;
  await eventually(`${name} arrived`, async () => (sum = await page.evaluate(savedSum, name)) !== null);
  assert.equal(sum, sumOf(size), name);
}

/** Byte n of a file of the tests, as `choose` makes it, adds up to this. */
function sumOf(size) {
  let sum = 0;
  for (let n = 0; n < size; n += 1) sum = (sum * 31 + (n % 251)) | 0;
  return sum;
}

// --- Run in pages ---

function watchWaiting() {
  const { prototype } = RTCDataChannel;
  const { send } = prototype;
  prototype.send = function (data) {
    send.call(this, data);
    window.mostWaiting = Math.max(window.mostWaiting ?? 0, this.bufferedAmount);
  };
}

/** How many pictures have begun to move. */
function moving() {
  return [...document.querySelectorAll('video')].filter((video) => video.videoWidth > 0 && video.currentTime > 0).length;
}

function choose({ name, size }) {
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(size).map((_, n) => n % 251)], name));
  const field = document.querySelector('#file');
  field.files = chosen.files;
  field.dispatchEvent(new Event('change'));
}

/** Whether there is a file to accept. */
function accept() {
  const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Accept');
  button?.click();
  return Boolean(button);
}

/** The sum of a file that can be saved; null as long as there is none. */
async function savedSum(name) {
  const link = [...document.querySelectorAll('a')].find(({ download }) => download === name);
  if (!link) return null;
  const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
  return bytes.reduce((sum, byte) => (sum * 31 + byte) | 0, 0);
}

async function joinRoom({ room: roomName, name, media }) {
  const { connect } = await import('/switchboard.esm.js');
  window.client = await connect({ name });
  window.room = await client.join(roomName, { media, audio: false });
  window.channel = room.channel('words');
  channel.onmessage = ({ data }) => (window.heard = data);
}

/** What comes of sending silence: `sent`, or why not. */
async function sendSound() {
  const context = new AudioContext();
  const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
  let problem = '';
  room.onproblem = (words) => (problem = words);
  try {
    await room.send('audio', track);
  } catch ({ message }) {
    return message;
  }
  return problem || 'sent';
}

/** By which names the page knows the other ends; null while one is missing: a connection in place of another begins without. */
function remoteUfrag() {
  const ufrags = [...pcs.values()].map((pc) => /^a=ice-ufrag:(\S+)/m.exec(pc.remoteDescription?.sdp)?.[1]);
  return ufrags.length && ufrags.every(Boolean) ? ufrags.join() : null;
}

/** As a browser that has lost the path, while the other one has not. */
function failOnce() {
  for (const pc of pcs.values()) {
    Object.defineProperty(pc, 'connectionState', { value: 'failed', configurable: true });
    pc.dispatchEvent(new Event('connectionstatechange'));
    delete pc.connectionState;
  }
}

function hasSound() {
  return [...pcs.values()].every((pc) => pc.getTransceivers().some(({ currentDirection, receiver }) =>
    receiver.track.kind === 'audio' && currentDirection === 'sendrecv'));
}
