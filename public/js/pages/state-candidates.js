// @ts-check
// The candidates in the state panel: where each side can be reached, in the order in which the browser reports them. The
// addresses are masked until the user wants to see them: a screen may be shared.

import { createElement, setText } from '../ui.js';
import { t } from '../words.js';
import { addressKind } from './state-facts.js';
import { ADDRESS_KINDS, CANDIDATE_TYPES } from './state-words.js';

/** How many of each side are shown: the other side may send any number. */
const MOST = 100;

/** @typedef {import('./state-facts.js').Candidate} Candidate */

export function createCandidateList() {
  const toggleEl = createElement('button', { type: 'button', className: 'small', ariaPressed: 'false' }, t`Show addresses`);
  const tables = { own: createTable(t`Own`), theirs: createTable(t`Theirs`) };
  const element = createElement('details', {},
    createElement('summary', {}, t`Candidates`), toggleEl, tables.own.element, tables.theirs.element);
  let areShown = false;
  /** @type {Record<string, Candidate[]>} */
  let all = { own: [], theirs: [] };

  toggleEl.addEventListener('click', () => {
    areShown = !areShown;
    toggleEl.ariaPressed = String(areShown);
    render();
  });

  const addressOf = ({ address }) => (areShown && address ? address : ADDRESS_KINDS[addressKind(address)]);

  function render() {
    for (const [side, { bodyEl, moreEl }] of Object.entries(tables)) {
      const candidates = all[side].slice(0, MOST);
      while (bodyEl.childElementCount > candidates.length) bodyEl.lastElementChild.remove();
      candidates.forEach((candidate, at) => {
        const rowEl = bodyEl.children[at] ?? bodyEl.appendChild(newRow());
        rowEl.classList.toggle('in-use', candidate.isInUse);
        const [typeEl, protocolEl, addressEl] = /** @type {HTMLCollectionOf<HTMLElement>} */ (rowEl.children);
        setText(typeEl.querySelector('code'), candidate.type);
        setText(typeEl.querySelector('small'), candidate.isInUse ? t`in use` : CANDIDATE_TYPES[candidate.type] ?? '');
        setText(protocolEl, candidate.protocol);
        setText(addressEl, addressOf(candidate));
      });
      setText(moreEl, all[side].length > MOST ? t`${all[side].length - MOST} more are not shown.` : '');
    }
  }

  return {
    element,

    /** @param {Candidate[]} own @param {Candidate[]} theirs */
    show(own, theirs) {
      all = { own, theirs };
      render();
    },

    text() {
      return Object.entries(tables).flatMap(([side, { title }]) => all[side].slice(0, MOST).map((candidate) =>
        [title, candidate.type, candidate.protocol, addressOf(candidate), candidate.isInUse ? t`in use` : ''].join('\t').trimEnd())).join('\n');
    },
  };
}

function createTable(title) {
  const bodyEl = createElement('tbody');
  const moreEl = createElement('p', { className: 'hint' });
  const headEl = createElement('tr', {}, ...[t`Type`, t`Protocol`, t`Address`].map((words) => createElement('th', { scope: 'col' }, words)));
  const tableEl = createElement('table', { className: 'candidates' },
    createElement('caption', {}, title), createElement('thead', {}, headEl), bodyEl);
  return { title, bodyEl, moreEl, element: createElement('div', {}, tableEl, moreEl) };
}

function newRow() {
  return createElement('tr', {},
    createElement('td', {}, createElement('code'), ' ', createElement('small')), createElement('td'), createElement('td', { className: 'address' }));
}
