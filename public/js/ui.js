// Small DOM helpers that the pages share. Whatever comes from a peer passes through here as text:
// nothing in this file writes HTML.

import { t } from './words.js';

/**
 * The element with this id; a missing one is a mistake in the page and throws.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`This page has no element #${id}`);
  return element;
}

/**
 * A new element with properties and children. Strings among the children become text nodes.
 * @param {string} tag
 * @param {object} properties
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function createElement(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * Sets a text only where it differs, so that a live region is not read aloud twice.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Moves the focus, unless the user is typing in a field, and leaves the page where it is.
 * @param {HTMLElement} element
 */
export function moveFocus(element) {
  if (!document.activeElement?.matches('input, textarea')) element.focus({ preventScroll: true });
}

/**
 * When the browser has painted what is there: what takes long comes after that. A page that is not seen is not painted.
 * @returns {Promise<void>}
 */
export function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200);
  });
}

/**
 * Shows an on/off button in words, for the eye and for `aria-pressed`. A device that can never be
 * had cannot be switched.
 * @param {HTMLButtonElement} button with a `.toggle-state` inside
 * @param {boolean} on
 * @param {boolean} available
 */
export function showToggle(button, on, available = true) {
  button.disabled = !available;
  button.setAttribute('aria-pressed', String(on && available));
  setText(button.querySelector('.toggle-state'), available ? (on ? t`on` : t`off`) : t`unavailable`);
}

const SVG = 'http://www.w3.org/2000/svg';

/** The file of all icons. The check page beside a served folder has it below its own path, as it has this script. */
const ICONS = new URL('../icons.svg', import.meta.url).href;

/**
 * An icon in the colour of the words beside it. It says nothing to a screen reader: what it stands for is said in words.
 * @param {string} name of a drawing in icons.svg
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}
