// How the browser of the pictures is started: as that of the tests, with a camera that shows a picture that moves.

export { QUIET } from '../support/players.mjs';

export const CAMERA = ['--use-fake-device-for-media-stream=fps=10', '--use-fake-ui-for-media-stream'];
