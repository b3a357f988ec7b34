// @ts-check
// Tones that a page plays without being asked at that moment. Browsers let a page be heard once its user has pressed
// something in it, and may silence it again, as a phone does during a telephone call.

/** @typedef {{at: number, hz: number}} Tone when it begins, in seconds, and its pitch */

/** In seconds. */
const LENGTH = 0.2;
const RAMP = 0.03;
const VOLUME = 0.12;

/** What of a press lets sound begin: of a finger on a screen it is the end, not `pointerdown`. */
const PRESSES = ['pointerup', 'touchend', 'click', 'keydown'];

/** @type {AudioContext | undefined} */
let context;
/** What could not be heard yet. @type {Tone[] | null} */
let waiting = null;
/** Until when something is heard, by the clock of the context. */
let busyUntil = 0;

/** From now on the first press lets tones be heard. */
export function connectTones() {
  for (const type of PRESSES) addEventListener(type, wake, { capture: true });
}

/**
 * Plays them now, or as soon as the page may be heard: of several, the last ones. Tones do not overlap others.
 * @param {Tone[]} tones
 */
export function playTones(tones) {
  waiting = tones;
  if (context) wake();
}

/** What was not heard yet is not played any more. */
export function withdrawTones() {
  waiting = null;
}

/** Without a press before, the browser would log that it let nothing be heard. */
function wake() {
  if (!window.AudioContext || navigator.userActivation?.hasBeenActive === false) return;
  if (!context) {
    context = new AudioContext();
    context.addEventListener('statechange', onState);
  }
  onState();
  if (context.state !== 'running') context.resume().catch(() => {}); // The next press tries it again.
}

function onState() {
  if (context.state !== 'running') {
    connectTones();
    return;
  }
  for (const type of PRESSES) removeEventListener(type, wake, { capture: true });
  if (waiting && context.currentTime >= busyUntil) play(waiting);
  waiting = null;
}

/** @param {Tone[]} tones */
function play(tones) {
  const volume = new GainNode(context, { gain: 0 });
  volume.connect(context.destination);
  for (const { at, hz } of tones) {
    const from = context.currentTime + at;
    busyUntil = from + LENGTH;
    const tone = new OscillatorNode(context, { frequency: hz });
    tone.connect(volume);
    tone.start(from);
    tone.stop(busyUntil);
    // Without ramps a tone begins and ends with a click.
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(VOLUME, from + RAMP);
    volume.gain.linearRampToValueAtTime(0, busyUntil);
  }
}
