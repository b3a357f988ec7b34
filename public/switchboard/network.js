// The network that this device is in.

/**
 * Calls back when this device is in another network, or in one again: by cable, Wi-Fi, telephone.
 * @param {() => void} onChange
 * @param {AbortSignal} signal ends it
 */
export function watchNetwork(onChange, signal) {
  window.addEventListener('online', onChange, { signal });
  const { connection } = navigator; // Not in every browser.
  let type = connection?.type;
  // The event also reports changes in speed, which do not matter here.
  connection?.addEventListener('change', () => {
    if (connection.type !== type) onChange();
    type = connection.type;
  }, { signal });
}
