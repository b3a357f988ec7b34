// What each value of a connection's state machines means, and of a channel's: one sentence each.

import { t } from '../words.js';

/** By the names of the properties. @type {Record<string, {title: string, values: Record<string, string>}>} */
export const MACHINES = {
  signalingState: {
    title: t`Signaling`,
    values: {
      stable: t`No offer is under way: nothing was agreed on yet, or everything is.`,
      'have-local-offer': t`Our own offer is set, and we wait for the other side’s answer.`,
      'have-remote-offer': t`The other side’s offer is set, and our answer is still to be made.`,
      'have-local-pranswer': t`We have given a provisional answer; the final one follows. Rare.`,
      'have-remote-pranswer': t`The other side has given a provisional answer; the final one follows. Rare.`,
      closed: t`The connection was closed here; nothing can be agreed on any more.`,
    },
  },
  iceGatheringState: {
    title: t`ICE gathering`,
    values: {
      new: t`The browser has not looked yet for addresses at which it can be reached.`,
      gathering: t`The browser looks for such addresses and reports each as a candidate.`,
      complete: t`All candidates are found. There will be more only after an ICE restart.`,
    },
  },
  iceConnectionState: {
    title: t`ICE connection`,
    values: {
      new: t`No candidate of the other side has come yet.`,
      checking: t`Pairs of candidates, one of ours and one of theirs, are tried.`,
      connected: t`A pair works; better ones may still be looked for.`,
      completed: t`A pair works, and the search is over. Not every browser says so.`,
      disconnected: t`The pair no longer answers. That may pass by itself.`,
      failed: t`No pair works: another network, a firewall. Only an ICE restart helps.`,
      closed: t`The connection was closed here.`,
    },
  },
  connectionState: {
    title: t`Connection`,
    values: {
      new: t`Nothing has begun.`,
      connecting: t`The browsers look for a way to each other, or agree on the encryption (DTLS).`,
      connected: t`There is an encrypted way to the other side. The channels may open a moment later.`,
      disconnected: t`The way is interrupted, perhaps only for a moment.`,
      failed: t`The way is gone and does not come back by itself.`,
      closed: t`It is over: one side has ended it.`,
    },
  },
};

/** @type {Record<string, string>} */
export const CHANNEL_VALUES = {
  connecting: t`Waits for the connection.`,
  open: t`What is written into it reaches the other side.`,
  closing: t`One side has closed it; what was written before still goes.`,
  closed: t`Nothing goes through it any more.`,
};

/** What each channel is for, by its label. @type {Record<string, string>} */
export const CHANNELS = {
  texts: t`Messages: in order, nothing is lost`,
  files: t`Files: in order, nothing is lost`,
  typing: t`“Is typing”: unordered, sent but once`,
};

/** How a candidate became known, by its type. @type {Record<string, string>} */
export const CANDIDATE_TYPES = {
  host: t`of the device itself`,
  srflx: t`as a STUN server sees it`,
  prflx: t`seen while connecting`,
  relay: t`of a TURN server`,
};

/** What stands for an address that is masked. @type {Record<string, string>} */
export const ADDRESS_KINDS = {
  IPv4: t`IPv4, masked`,
  IPv6: t`IPv6, masked`,
  mDNS: t`name under .local, masked`,
  name: t`name, masked`,
  none: t`hidden by the browser`,
};
