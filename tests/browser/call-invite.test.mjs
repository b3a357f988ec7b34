// The call page's address for other devices, as a link and as a QR code.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { answerButton, enter, state } from './support/call-page.mjs';
import { assertInCall } from './support/call.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const LAN = 'https://192.168.1.7:8181';

browserTest('a waiting call shows the address of the network and a code of it, until the call is answered', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await visit(`${server.http}/`);
  await caller.route('**/api/addresses', (route) => route.fulfill({ json: { addresses: [LAN] } }));
  await caller.reload();
  await state(caller, 'idle');
  assert.equal(await caller.isVisible('#invite'), false);
  await caller.click('#call');
  await state(caller, 'waiting');
  await caller.locator('#qr').waitFor();
  assert.equal(await caller.inputValue('#link'), `${LAN}/`);
  assert.equal(await caller.getAttribute('#open-invite', 'aria-expanded'), 'true');
  await eventually('a code for phones', () => caller.evaluate(() => document.querySelector('#qr').naturalWidth > 0));
  await isAccessible(caller, 'the invitation is open');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  assert.equal(await caller.isVisible('#invite'), false);
  await caller.click('#open-invite');
  assert.equal(await caller.isVisible('#invite'), true);
});

browserTest('the invitation says what others need besides the address', async ({ visit, t }) => {
  const server = await serverFor(t);
  const page = await enter(visit, server, 'Ann');
  const opened = async (addresses) => {
    await page.route('**/api/addresses', (route) => route.fulfill({ json: addresses }));
    await page.reload();
    await page.click('#open-invite');
    await eventually('the address', async () => (await page.inputValue('#link')) !== '');
    return page.locator('#invite').innerText();
  };
  const own = await opened({ addresses: [LAN], ownAuthority: true });
  assert.match(own, /Anyone with this address can call and answer\.\n/);
  assert.match(own, /will warn of the certificate.* https:\/\/192\.168\.1\.7:8181\/ca/);
  await page.evaluate(() => sessionStorage.setItem('password', 'oak'));
  const withPassword = await opened({ publicUrl: 'https://calls.example', ownAuthority: false });
  assert.match(withPassword, /They also need the server’s password\./);
  assert.doesNotMatch(withPassword, /certificate/);
  await page.evaluate(() => sessionStorage.setItem('token', 'a.b.c'));
  const withToken = await opened({ addresses: [LAN], ownAuthority: true });
  assert.match(withToken, /a link with a token of their own/);
  assert.doesNotMatch(withToken, /Anyone|password/);
  assert.match(await opened({ addresses: null, ownAuthority: true }), /works on this computer only\. Open this page by the address/);
  // As the server itself replies, which listens on loopback only.
  await page.unroute('**/api/addresses');
  await page.reload();
  await page.click('#open-invite');
  await eventually('the server’s addresses', async () => /listens on no address of a network/.test(await page.textContent('#invite-hint')));
  assert.equal(await page.isVisible('#qr'), false);
});
