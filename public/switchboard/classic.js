// What /switchboard.js is, for <script>: the global `Switchboard`, which fetches the library at first use.

import { early } from './early.js';

const address = new URL('switchboard.esm.js', document.currentScript?.src ?? location.href).href;
const library = () => import(/* webpackIgnore: true */ address);

globalThis.Switchboard = {
  connect: (options) => early(library().then(({ connect }) => connect(options))),
  isSupported: () => typeof RTCPeerConnection === 'function',
};
