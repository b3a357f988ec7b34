// Files: saving the run, opening one by the button or by dropping it on the page.

import { RecordingError, readRecordingFile, writeRecording } from './recording.js';
import { byId } from './ui.js';

/** @param {import('./source.js').Source} source */
export function save(source, isMasked) {
  const header = { ...source.header, masked: isMasked };
  const url = URL.createObjectURL(new Blob([writeRecording(header, source.records)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName(new Date());
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function fileName(now) {
  const two = (number) => String(number).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  return `switchboard-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.json`;
}

/**
 * Asks before secrets go into a file; a masked run is saved at once.
 * @param {() => import('./source.js').Source} current
 */
export function connectSave(current) {
  const dialog = byId('save-dialog');
  byId('save').addEventListener('click', () => {
    if (current().header?.masked === false) dialog.showModal();
    else save(current(), true);
  });
  const close = (action) => () => {
    dialog.close();
    action?.();
  };
  byId('save-masked').addEventListener('click', close(() => save(current(), true)));
  byId('save-all').addEventListener('click', close(() => save(current(), false)));
  byId('save-cancel').addEventListener('click', close());
}

/** @param {(recording: object, name: string) => void} onOpen @param {(sentence: string) => void} onError */
export function connectOpen(onOpen, onCompare, onError) {
  const read = async (file, then) => {
    try {
      then(await readRecordingFile(file), file.name);
    } catch (error) {
      if (!(error instanceof RecordingError)) console.error(error);
      onError(`${file.name}: ${error instanceof RecordingError ? error.message : 'This file cannot be read.'}`);
    }
  };
  for (const [button, input, then] of [['open', 'file', onOpen], ['compare', 'other-file', onCompare]]) {
    byId(button).addEventListener('click', () => byId(input).click());
    byId(input).addEventListener('change', ({ target }) => {
      const [file] = target.files;
      target.value = '';
      if (file) read(file, then);
    });
  }
  const hasFile = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes('Files');
  document.addEventListener('dragover', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  for (const end of ['dragleave', 'drop']) document.addEventListener(end, () => document.body.classList.remove('dropping'));
  document.addEventListener('drop', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) read(file, onOpen);
  });
}
