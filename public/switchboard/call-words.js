// @ts-check
// Why a call ended, or did not come about, in sentences.

/**
 * How the other side ended the call.
 * @param {string} name
 * @param {string} [reason] as the server says it
 */
export function endWords(name, reason) {
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
    case 'declined': return `The call of ${name} was declined.`;
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
