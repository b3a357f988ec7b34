// The chat between Chromium and Firefox: words and a file, both ways.

import { browserTest } from './support/browser.mjs';
import { assertMessages, join, say } from './support/chat-page.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { PLAYERS, isInstalled } from './support/players.mjs';
import { state, says } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const SIZE = 3_000_000;

browserTest('Chromium and Firefox write to each other and send each other files', async ({ visit, t }) => {
  if (!isInstalled(PLAYERS.Firefox)) {
    t.skip('no Firefox here');
    return;
  }
  const server = await serverFor(t);
  const fox = await visitInFirefox(t, `${server.http}/chat.html?room=tea`);
  await fox.evaluate(() => {
    document.querySelector('#name').value = 'Fox';
    document.querySelector('#join').click();
  });
  const ann = await join(visit, server.http, 'Ann');
  await Promise.all([ann, fox].map((page) => state(page, 'connected')));
  await says(ann, /Connected to Fox\./);

  await say(ann, 'Hello');
  await assertMessages(fox, ['Ann: Hello']);
  await fox.evaluate(() => {
    document.querySelector('#message').value = 'Hello from afar';
    document.querySelector('#message').form.requestSubmit();
  });
  await assertMessages(fox, ['Ann: Hello', 'You: Hello from afar (delivered)']);

  for (const page of [ann, fox]) await page.evaluate(sendFile, SIZE);
  for (const page of [ann, fox]) await eventually('both files equal', async () => (await equals(page)) === 2);
});

/** Runs in the page: chooses a file, as with the button. */
function sendFile(size) {
  const bytes = new Uint8Array(size).map((_, at) => (at * 2654435761) >>> 13);
  const chosen = new DataTransfer();
  chosen.items.add(new File([bytes], 'bytes.bin'));
  const input = document.querySelector('input[type=file]');
  input.files = chosen.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

/** How many files the page says are unchanged. */
function equals(page) {
  return page.evaluate(() => document.querySelector('#messages').textContent.split(', unchanged.').length - 1);
}
