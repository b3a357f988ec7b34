// The network that this device is in.

/**
 * Tells when this device is in another network, or in one again: by cable, Wi-Fi, telephone.
 * @param {() => void} onChange
 * @param {AbortSignal} signal ends it
 */
export function watchNetwork(onChange, signal) {
  window.addEventListener('online', onChange, { signal });
  const { connection } = navigator; // Not in every browser.
  let type = connection?.type;
  // It also tells of changes in speed, which are none of ours.
  connection?.addEventListener('change', () => {
    if (connection.type !== type) onChange();
    type = connection.type;
  }, { signal });
}
