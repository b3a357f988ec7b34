// What is seen of a page from outside: its errors, its requests, and all that its peer connections
// do. The part that runs in the page is installed before the page's own scripts.

import { keepingStatus } from './status.mjs';

/** Starts watching; adds `page.problems`, `page.requests` (addresses) and `page.posts` (bodies). */
export async function watchPage(page) {
  page.problems = new Problems();
  page.requests = [];
  page.on('pageerror', (error) => page.problems.add(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') page.problems.add(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => page.requests.push(request.url()));
  page.on('websocket', (socket) => page.requests.push(socket.url()));
  page.posts = [];
  page.on('request', (request) => request.method() === 'POST' && page.posts.push(request.postData()));
  await page.exposeFunction('reportViolation', (text) => page.problems.add(`CSP: ${text}`));
  await page.addInitScript(watchFromInside);
  await page.addInitScript(keepingStatus);
}

/**
 * The browser logs it when a last word, or a poll that met the upgrade, comes to a session that has ended: the server
 * answers as Socket.IO servers do, and pages come back by themselves if there is anything to come back to.
 */
const SESSION_HAS_ENDED = /status of 400 .*\/socket\.io\/\?.*sid=/;

class Problems {
  list = [];
  expected = [SESSION_HAS_ENDED];

  add(problem) {
    this.list.push(problem);
  }

  /** Problems that match `pattern` belong to the test. */
  expect(pattern) {
    this.expected.push(pattern);
  }

  mustBeNone() {
    const unexpected = this.list.filter((problem) => !this.expected.some((pattern) => pattern.test(problem)));
    if (unexpected.length) throw new Error(`errors in the page:\n${unexpected.join('\n')}`);
  }
}

/** Runs in the page: keeps each peer connection with the candidates found by it and added to it. */
function watchFromInside() {
  const calls = [];
  window.observedCalls = calls;

  // The fields that make a candidate, whatever kind of object it comes in.
  const plain = ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) =>
    JSON.stringify({ candidate, sdpMid, sdpMLineIndex, usernameFragment });

  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      const found = [];
      calls.push({ pc: this, found, added: [] });
      // The empty candidate says only that there are no more.
      this.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate?.candidate) found.push(plain(candidate));
      });
    }

    /** A page may make one only to see whether the browser does. */
    close() {
      const at = calls.findIndex(({ pc }) => pc === this);
      if (at >= 0 && !this.localDescription) calls.splice(at, 1);
      super.close();
    }

    async addIceCandidate(candidate, ...rest) {
      await super.addIceCandidate(candidate, ...rest);
      if (candidate?.candidate) calls.find(({ pc }) => pc === this).added.push(plain(candidate));
    }
  };

  document.addEventListener('securitypolicyviolation', (violation) => {
    window.reportViolation(`${violation.violatedDirective} ${violation.blockedURI}`);
  });
}
