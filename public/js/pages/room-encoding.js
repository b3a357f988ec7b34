// How the own picture is encoded for one member, by what the member has asked for (picture-sizes.js).

import { encodingFor } from '../picture-sizes.js';

/** A sender takes one change after the other. @type {WeakMap<RTCRtpSender, Promise<void>>} */
const turns = new WeakMap();

/**
 * @param {import('../room-talk.js').TalkingMember} member
 * @param {() => Parameters<typeof encodingFor>[1]} picture that is sent by the time it is this change's turn
 */
export function encodeFor(member, picture) {
  const sender = member.connection?.sender('video');
  if (!sender) return;
  const turn = (turns.get(sender) ?? Promise.resolve())
    .then(() => change(sender, encodingFor(member.askedHeight, picture())))
    .catch(() => {}); // A connection that is being changed or closed: the next change of the member comes here again.
  turns.set(sender, turn);
}

async function change(sender, wanted) {
  if (!sender.track) return;
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings ?? [];
  if (!encoding) return; // Not negotiated yet.
  const isSame = Object.entries(wanted).every(([name, value]) => (encoding[name] ?? DEFAULTS[name]) === value);
  if (isSame) return;
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined) delete encoding[name];
    else encoding[name] = value;
  }
  await sender.setParameters(parameters);
}

/** What a browser leaves out where it was never set. */
const DEFAULTS = { active: true, scaleResolutionDownBy: 1 };
