// The three lists from which microphone, camera and speaker are chosen, on whichever page they stand.

import { canChooseSpeaker, chooseDevice, listDevices } from './media.js';
import { createElement } from './ui.js';

const KINDS = { audio: 'Microphone', video: 'Camera', output: 'Speaker' };

/**
 * Puts the lists into `containerEl`.
 * @param {HTMLElement} containerEl
 * @param {object} page
 * @param {() => MediaStream|undefined} page.stream where the devices are in use
 * @param {(problem: string) => void} page.onChange another one is in use; the problem is empty where
 *   all is well
 * @returns {{refresh: () => Promise<void>}} to be called when the user has allowed devices: only
 *   then does the browser name them
 */
export function createDeviceChoice(containerEl, { stream, onChange }) {
  const kinds = Object.keys(KINDS).filter((kind) => kind !== 'output' || canChooseSpeaker());
  const lists = kinds.map((kind) => createElement('select', { id: `choose-${kind}` }));
  lists.forEach((list, n) => {
    const kind = kinds[n];
    containerEl.append(createElement('label', {}, KINDS[kind], list));
    list.addEventListener('change', async () => {
      onChange(await chooseDevice(kind, list.value, stream()));
      await refresh();
    });
  });

  async function refresh() {
    await Promise.all(lists.map(async (list, n) => {
      const devices = await listDevices(kinds[n], stream());
      const options = devices.map(({ id, name, isUsed }) =>
        createElement('option', { value: id, textContent: name, selected: isUsed }));
      list.replaceChildren(...(options.length ? options : [createElement('option', {}, 'none known yet')]));
      list.disabled = options.length === 0;
    }));
  }

  navigator.mediaDevices?.addEventListener('devicechange', refresh);
  refresh();
  return { refresh };
}
