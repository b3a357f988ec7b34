// Why a camera or a microphone could not be had, and what to do; in whole sentences.

import { t } from './words.js';

/**
 * @param {{video?: DOMException, audio?: DOMException}} failures
 * @returns {string} empty where all is well
 */
export function failureWords({ video, audio }) {
  if (video && audio && video.name === audio.name) return bothWords(video);
  return [video && cameraWords(video), audio && microphoneWords(audio)].filter(Boolean).join(' ');
}

/** The same, from the browser's names. An over-constrained device: nothing was demanded of it by now, so there is none. */
const CAUSES = {
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotAllowedError: 'refused',
  NotReadableError: 'occupied',
  AbortError: 'occupied',
};

function bothWords({ name, message }) {
  switch (CAUSES[name]) {
    case 'missing':
      return t`No camera or microphone found. For now you only watch and listen.`;
    case 'refused':
      return t`The browser does not let this page use the camera and microphone. Allow them by the icon beside the address, then switch them on here. For now you only watch and listen.`;
    case 'occupied':
      return t`The camera and microphone cannot be opened, perhaps because another program uses them. Close that, then switch them on here. For now you only watch and listen.`;
    default:
      return t`The camera and microphone did not start (${message || name}). For now you only watch and listen.`;
  }
}

function cameraWords({ name, message }) {
  switch (CAUSES[name]) {
    case 'missing':
      return t`No camera found. You are not seen.`;
    case 'refused':
      return t`The browser does not let this page use the camera. Allow it by the icon beside the address, then switch it on here. You are not seen.`;
    case 'occupied':
      return t`The camera cannot be opened, perhaps because another program uses it. Close that, then switch it on here. You are not seen.`;
    default:
      return t`The camera did not start (${message || name}). You are not seen.`;
  }
}

function microphoneWords({ name, message }) {
  switch (CAUSES[name]) {
    case 'missing':
      return t`No microphone found. You are not heard.`;
    case 'refused':
      return t`The browser does not let this page use the microphone. Allow it by the icon beside the address, then switch it on here. You are not heard.`;
    case 'occupied':
      return t`The microphone cannot be opened, perhaps because another program uses it. Close that, then switch it on here. You are not heard.`;
    default:
      return t`The microphone did not start (${message || name}). You are not heard.`;
  }
}
