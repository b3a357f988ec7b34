// The pages in German and Spanish: nothing that a visitor sees is an English sentence of the tables, also after a call.

import assert from 'node:assert/strict';

import refusals from '../../public/words/refusals.js';
import { browserTest } from './support/browser.mjs';
import { callAndAnswer, enter, state } from './support/call-page.mjs';
import * as room from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const english = new Set();
for (const name of ['library', 'shared', 'states', 'call', 'room', 'chat', 'check']) {
  const { default: table } = await import(`../../public/words/${name}.js`);
  for (const [key, words] of Object.entries(table)) {
    // Some words are the same in both languages.
    if (Object.values(words).every((word) => word !== key)) english.add(key);
  }
}

/** What is shown, and what is read aloud. */
function textsOf(page) {
  return page.evaluate(() => {
    const texts = [document.title, ...document.body.innerText.split('\n')];
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) texts.push(element.getAttribute(name) ?? '');
    }
    return texts.map((text) => text.trim()).filter(Boolean);
  });
}

async function isTranslated(page, language) {
  await eventually(language, () => page.evaluate(() => !document.documentElement.classList.contains('is-untranslated')));
  assert.equal(await page.evaluate(() => document.documentElement.lang), language);
  const texts = await textsOf(page);
  assert.ok(texts.length > 10);
  assert.deepEqual(texts.filter((text) => english.has(text)), []);
}

browserTest('each page speaks the language that its address asks for', async ({ visit, t }) => {
  const { http } = await serverFor(t);
  const paths = { de: ['/', '/room.html', '/room/tea', '/chat.html', '/chat.html?room=tea', '/check'], es: ['/', '/room/tea'] };
  for (const language of ['de', 'es']) {
    for (const path of paths[language]) {
      const page = await visit(`${http}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
      await eventually('the page has begun', () => page.evaluate(() => document.querySelector('#status')?.textContent !== ''));
      await isTranslated(page, language);
      await page.close();
    }
  }
});

browserTest('a call in a German browser is described in German', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', `${server.http}/?lang=de`);
  const bob = await enter(visit, server, 'Bob');
  await callAndAnswer(bob, ann);
  await isTranslated(ann, 'de');
  await eventually('In einem Anruf', async () => /Bob/.test(await ann.textContent('#status')));
  await bob.click('#hangup');
  await state(ann, 'idle');
  assert.equal(await ann.textContent('#status'), 'Bob hat aufgelegt.');
  await isTranslated(ann, 'de');
});

browserTest('the browser chooses the language where the address does not', async ({ visit, t }) => {
  const { http } = await serverFor(t);
  for (const [locale, language] of [['de-AT', 'de'], ['es-MX', 'es'], ['fr-FR', 'en']]) {
    const page = await visit(`${http}/room/tea`, { locale });
    await eventually('the page has begun', () => page.isEnabled('#join'));
    if (language === 'en') assert.deepEqual([await page.getAttribute('html', 'lang'), await page.textContent('#status')], ['en', 'Ready to join.']);
    else await isTranslated(page, language);
    await page.close();
  }
});

browserTest('a refusal is translated by its code', async ({ visit, t }) => {
  const { http } = await serverFor(t, '--max-room', '1');
  await room.join(visit, http, 'Ann');
  const bob = await room.openLobby(visit, http, 'Bob', { locale: 'de-DE' });
  await bob.click('#join');
  await eventually('the refusal', async () => (await bob.textContent('#problem')) !== '');
  assert.equal(await bob.textContent('#problem'), refusals['room-full'].de);
  await isTranslated(bob, 'de');
});
