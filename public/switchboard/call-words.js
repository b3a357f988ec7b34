// @ts-check
// Why a call ended, or did not come about, in sentences.

/**
 * How the other side ended the call, or how it was lost.
 * @param {string} name
 * @param {string} [reason] as the server says it; `connection-lost`, `not-received`
 */
export function endWords(name, reason) {
  if (reason === 'connection-lost') return `The connection to ${name} was lost.`;
  if (reason === 'not-received') return `${name} did not get your answer and waits again. Please answer once more.`;
  const endings = { hangup: 'hung up', closed: 'closed the page', lost: 'lost the connection' };
  return `${name} ${endings[reason] ?? 'ended the call'}.`;
}

/**
 * Why a call of another user no longer waits.
 * @param {string} name
 * @param {string} [reason] as the server says it; `taken`: answered here; `away`: this page lost the server
 */
export function withdrawnWords(name, reason) {
  switch (reason) {
    case 'taken': return `You have answered ${name}.`;
    case 'declined': return `The call of ${name} was declined.`;
    case 'away': return `The connection to the server has ended. If ${name} still waits, the call comes again.`;
    case 'answered': return `Another user answered ${name} first.`;
    case 'closed': return `${name} closed the page.`;
    case 'lost': return `${name}’s connection to the server was lost.`;
    default: return `${name} no longer waits.`;
  }
}

/**
 * Why the user's own offer is gone.
 * @param {string} name to whom it was directed, if to one user
 * @param {string} [reason] as the server says it
 */
export function unansweredCallWords(name, reason) {
  return reason === 'declined' ? `${name} declined the call.` : 'Your call was not answered in time. You can call again.';
}

/** The server was started again and did not know a call that waited. */
export const OFFERED_AGAIN = 'The server had lost your call; it is waiting there again.';
