// @ts-check
// What the call page says of the quality of its connection: the word for it, and the rows of its details.

import { language, t } from '../words.js';
import { lossOf } from './quality.js';

/** @param {import('./quality.js').Quality} quality */
export function qualityWords(quality) {
  switch (quality) {
    case 'good': return t`Good`;
    case 'fair': return t`Fair`;
    case 'poor': return t`Poor`;
    default: return t`Lost`;
  }
}

/**
 * The names and values that are shown.
 * @param {import('./quality.js').Traffic} now
 * @param {import('./quality.js').Traffic} [before]
 * @returns {[string, string][]}
 */
export function rowsOf(now, before) {
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  const rate = (key) => (seconds > 0 && now[key] >= before[key] ? bitsWords(((now[key] - before[key]) * 8) / seconds) : '–');
  const { picture } = now;
  return [
    [t`Way`, wayWords(now.way)],
    [t`Round trip`, now.roundTripMs === null ? '–' : `${now.roundTripMs} ms`],
    [t`Lost packets`, `${withDigit(lossOf(now, before))} %`],
    [t`Receiving`, rate('received')],
    [t`Sending`, rate('sent')],
    [t`Picture`, picture ? t`${picture.width} × ${picture.height}, ${Math.round(picture.framesPerSecond)} a second` : '–'],
  ];
}

function wayWords(way) {
  if (way === 'relayed') return t`through a relay`;
  return way === 'direct' ? t`direct` : '–';
}

function bitsWords(bits) {
  return bits < 1_000_000 ? `${Math.round(bits / 1000)} kbit/s` : `${withDigit(bits / 1_000_000)} Mbit/s`;
}

const withDigit = (value) => value.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
