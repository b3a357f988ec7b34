// A description (offer or answer) with each line in words.

import { codecNames } from './codecs.js';
import { ATTRIBUTES as MEDIA } from './media-lines.js';
import { parseDescription } from './session-description.js';
import { ATTRIBUTES as TRANSPORT, TYPES } from './transport-lines.js';

/**
 * @typedef {{text: string, words: string, level: 'normal' | 'note', isKnown: boolean}} ExplainedLine
 * @typedef {{title: string, lines: ExplainedLine[]}} ExplainedSection
 */

/**
 * @param {unknown} description `{type, sdp}`, or SDP text
 * @returns {{summary: string, sections: ExplainedSection[]}}
 */
export function explainDescription(description) {
  const parsed = parseDescription(description);
  const [sender, other] = sidesOf(parsed.type);
  const sections = [parsed.session, ...parsed.media].map((section) => ({
    title: titleOf(section),
    lines: section.lines.map((line) => explainLine(line, { parsed, section, sender, other })),
  }));
  if (parsed.linesLeftOut) {
    const words = 'More lines than any browser writes: they are not shown.';
    sections.at(-1).lines.push({ text: `(${parsed.linesLeftOut} more lines)`, words, level: 'note', isKnown: true });
  }
  return { summary: summaryOf(parsed), sections };
}

/** Who made a description, and who receives it. */
export function sidesOf(type) {
  if (type === 'offer') return ['the offerer', 'the answerer'];
  if (type === 'answer' || type === 'pranswer') return ['the answerer', 'the offerer'];
  return ['its sender', 'the other side'];
}

/** @returns {ExplainedLine} */
function explainLine(line, context) {
  const table = line.type === 'a' ? (Object.hasOwn(MEDIA, line.name) ? MEDIA : TRANSPORT) : TYPES;
  const key = line.type === 'a' ? line.name : line.type;
  if (!Object.hasOwn(table, key)) {
    const words = line.type === 'a'
      ? `An attribute that is not explained here (“${line.name}”). A browser ignores attributes that it does not know.`
      : line.type
        ? `A line of the type “${line.type}”, which browsers do not write.`
        : 'Not a line of SDP: each has the form letter=value. A browser refuses the whole description.';
    return { text: line.text, words, level: 'note', isKnown: false };
  }
  const words = table[key](line.value, context);
  return typeof words === 'string'
    ? { text: line.text, words, level: 'normal', isKnown: true }
    : { text: line.text, ...words, isKnown: true };
}

/** @param {import('./session-description.js').Section} section */
export function titleOf(section) {
  if (section.index < 0) return 'The session';
  const kind = { audio: 'sound', video: 'picture', application: 'data channels' }[section.kind] ?? section.kind;
  const rejected = section.isRejected ? ', rejected' : '';
  return `m-section ${section.index}${section.mid ? ` (mid ${section.mid})` : ''}: ${kind}${rejected}`;
}

/** @param {import('./session-description.js').Parsed} parsed */
function summaryOf(parsed) {
  if (!parsed.session.lines.some(({ type }) => type === 'v')) {
    return parsed.type === 'rollback' ? 'A rollback: the last offer is taken back.' : 'This is no session description.';
  }
  const kind = { offer: 'An offer', answer: 'An answer', pranswer: 'A provisional answer' }[parsed.type] ?? 'A description';
  const from = parsed.browser ? ` from ${parsed.browser}` : '';
  if (!parsed.media.length) return `${kind}${from} without any m-section: no track and no data channel was added before it was made.`;
  const parts = parsed.media.slice(0, 8).map((section) => {
    const name = { audio: 'sound', video: 'picture', application: 'data channels' }[section.kind] ?? section.kind;
    if (section.isRejected) return `${name} (rejected)`;
    const codecs = codecNames(section);
    const what = [section.kind === 'application' ? '' : section.direction, codecs.length ? codecs.join(', ') : ''].filter(Boolean);
    return what.length ? `${name} (${what.join('; ')})` : name;
  });
  const more = parsed.media.length > parts.length ? ` and ${parsed.media.length - parts.length} more` : '';
  const count = parsed.media.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const candidates = count ? `${count} candidates are in it` : 'no candidates are in it: they come one by one (trickle)';
  return `${kind}${from} with ${parts.join(', ')}${more}; ${candidates}.`;
}
