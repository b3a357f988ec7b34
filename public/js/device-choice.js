// Everything about the user's own devices in one place, on whichever page: microphone with its level, camera and speaker, what
// the browser does to sound and picture, and the mirror.

import { availableEffects, isMirrored, setMirrored } from './effects.js';
import { createLevelMeter } from './level-meter.js';
import { canChooseSpeaker, chooseDevice, listDevices, switchEffect } from './media.js';
import { createElement } from './ui.js';
import { t } from './words.js';

const NAMES = { audio: t`Microphone`, video: t`Camera`, output: t`Speaker` };

const EFFECT_NAMES = {
  noiseSuppression: t`Suppress noise`,
  echoCancellation: t`Cancel echo`,
  autoGainControl: t`Adjust the volume by itself`,
  backgroundBlur: t`Blur the background`,
};

/**
 * Puts the choice into `containerEl`.
 * @param {HTMLElement} containerEl
 * @param {object} page
 * @param {() => MediaStream|undefined} page.stream where the devices are in use
 * @param {(problem: string) => void} page.onChange another one is in use; the problem is empty where
 *   all is well
 * @returns {{refresh: () => Promise<void>}} to be called when the user has allowed devices: only
 *   then does the browser name them, and say what they can do
 */
export function createDeviceChoice(containerEl, { stream, onChange }) {
  const meter = createMeter(containerEl);
  const parts = ['audio', 'video', 'output'].filter((kind) => kind !== 'output' || canChooseSpeaker()).map(createPart);

  function createPart(kind) {
    const list = createElement('select', { id: `choose-${kind}` });
    const switches = createElement('div', { className: 'effects' });
    containerEl.append(createElement('label', {}, NAMES[kind], list), ...(kind === 'audio' ? [meter.element] : []), switches);
    list.addEventListener('change', async () => {
      onChange(await chooseDevice(kind, list.value, stream()));
      await refresh();
    });
    return { kind, list, switches };
  }

  async function refresh() {
    await Promise.all(parts.map(async ({ kind, list, switches }) => {
      const devices = await listDevices(kind, stream());
      const options = devices.map(({ id, name, isUsed }) =>
        createElement('option', { value: id, textContent: name, selected: isUsed }));
      list.replaceChildren(...(options.length ? options : [createElement('option', {}, t`none known yet`)]));
      list.disabled = options.length === 0;
      if (kind !== 'output') showSwitches(kind, switches);
    }));
    meter.show(stream());
  }

  /** Keeps the entries that are there already: one of them may have the focus. */
  function showSwitches(kind, containerEl) {
    const wanted = availableEffects(kind, stream()).map(({ name, isOn }) => ({ id: `effect-${name}`, words: EFFECT_NAMES[name], isOn, name }));
    if (kind === 'video') wanted.push({ id: 'mirror', words: t`Show my picture as in a mirror`, isOn: isMirrored(stream()), name: '' });
    for (const label of [...containerEl.children]) if (!wanted.some(({ id }) => label.firstElementChild?.id === id)) label.remove();
    for (const { id, words, isOn, name } of wanted) {
      const switchEl = /** @type {HTMLInputElement} */ (containerEl.querySelector(`#${id}`) ?? createSwitch(id, words));
      switchEl.checked = isOn;
      switchEl.onchange = () => change(kind, name, switchEl);
    }

    function createSwitch(id, words) {
      const switchEl = createElement('input', { id, type: 'checkbox' });
      containerEl.append(createElement('label', { className: 'check' }, switchEl, words));
      return switchEl;
    }
  }

  async function change(kind, name, switchEl) {
    if (!name) {
      setMirrored(switchEl.checked, stream());
      return;
    }
    switchEl.disabled = true; // One question to the device at a time.
    const problem = await switchEffect(kind, name, switchEl.checked, stream());
    switchEl.disabled = false;
    switchEl.focus();
    onChange(problem);
    await refresh();
  }

  navigator.mediaDevices?.addEventListener('devicechange', refresh);
  refresh();
  return { refresh };
}

/** The level of the microphone, as long as what the choice stands in is open. */
function createMeter(containerEl) {
  const element = createElement('div', { className: 'level-meter', hidden: true });
  const attributes = { role: 'meter', 'aria-label': t`Level of the microphone`, 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': '0' };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  const meter = createLevelMeter(element, { onRunning: () => (element.hidden = false), onHeard() {} });
  const holder = /** @type {HTMLDetailsElement | HTMLDialogElement | null} */ (containerEl.closest('details, dialog'));
  /** @type {MediaStreamTrack | undefined} */
  let shown;

  function show(stream) {
    const track = holder?.open ? stream?.getAudioTracks().find(({ readyState }) => readyState === 'live') : undefined;
    if (track === shown) return;
    shown = track;
    element.hidden = true;
    if (track) meter.show(stream);
    else meter.stop();
  }

  for (const event of ['close', 'toggle']) holder?.addEventListener(event, () => holder.open || show(undefined));
  return { element, show };
}
