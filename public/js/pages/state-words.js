// What each value of a connection's state machines means, and of a channel's: one sentence each.

/** By the names of the properties. @type {Record<string, {title: string, values: Record<string, string>}>} */
export const MACHINES = {
  signalingState: {
    title: 'Signaling',
    values: {
      stable: 'No offer is under way: nothing was agreed on yet, or everything is.',
      'have-local-offer': 'Our own offer is set, and we wait for the other side’s answer.',
      'have-remote-offer': 'The other side’s offer is set, and our answer is still to be made.',
      'have-local-pranswer': 'We have given a provisional answer; the final one follows. Rare.',
      'have-remote-pranswer': 'The other side has given a provisional answer; the final one follows. Rare.',
      closed: 'The connection was closed here; nothing can be agreed on any more.',
    },
  },
  iceGatheringState: {
    title: 'ICE gathering',
    values: {
      new: 'The browser has not looked yet for addresses at which it can be reached.',
      gathering: 'The browser looks for such addresses and reports each as a candidate.',
      complete: 'All candidates are found. There will be more only after an ICE restart.',
    },
  },
  iceConnectionState: {
    title: 'ICE connection',
    values: {
      new: 'No candidate of the other side has come yet.',
      checking: 'Pairs of candidates, one of ours and one of theirs, are tried.',
      connected: 'A pair works; better ones may still be looked for.',
      completed: 'A pair works, and the search is over. Not every browser says so.',
      disconnected: 'The pair no longer answers. That may pass by itself.',
      failed: 'No pair works: another network, a firewall. Only an ICE restart helps.',
      closed: 'The connection was closed here.',
    },
  },
  connectionState: {
    title: 'Connection',
    values: {
      new: 'Nothing has begun.',
      connecting: 'The browsers look for a way to each other, or agree on the encryption (DTLS).',
      connected: 'There is an encrypted way to the other side. The channels may open a moment later.',
      disconnected: 'The way is interrupted, perhaps only for a moment.',
      failed: 'The way is gone and does not come back by itself.',
      closed: 'It was closed here, on purpose.',
    },
  },
};

/** @type {Record<string, string>} */
export const CHANNEL_VALUES = {
  connecting: 'Waits for the connection.',
  open: 'What is written into it reaches the other side.',
  closing: 'One side has closed it; what was written before still goes.',
  closed: 'Nothing goes through it any more.',
};

/** What each channel is for, by its label. @type {Record<string, string>} */
export const CHANNELS = {
  texts: 'Messages: in order, nothing is lost',
  files: 'Files: in order, nothing is lost',
  typing: '“Is typing”: unordered, sent but once',
};
