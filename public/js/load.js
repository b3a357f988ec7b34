// The first script of a page, and no module. It chooses the language (words.js translates) and what is seen first, leads
// past the header, and says on the page that one of its files could not be loaded: the network changed at that moment, say.
// Without this the page would show its first words for ever; modules are what is missing then, and an error before this
// script is lost.

// The browser's first language that the pages have, or `?lang=`, which the tab remembers.
(() => {
  const known = ['en', 'de', 'es'];
  let asked = new URLSearchParams(location.search).get('lang');
  try {
    if (known.includes(asked)) sessionStorage.setItem('lang', asked);
    asked = sessionStorage.getItem('lang');
  } catch {
    // The browser's settings forbid it: the language holds for this page.
  }
  const languages = [asked, ...(navigator.languages ?? [])].map((language) => language?.split('-')[0]);
  const language = languages.find((language) => known.includes(language)) ?? 'en';
  const root = document.documentElement;
  // A page that names no tables is in English only.
  if (language === 'en' || !root.dataset.words) return;
  root.lang = language;
  // Shown once it is translated; not seen twice.
  root.classList.add('is-untranslated');
})();

// A page for a room begins with the lobby of the room that its address names, else with the choice of one: known before
// anything is painted, so that nothing moves when the modules are there.
new MutationObserver((_, observer) => {
  const { body } = document;
  if (!body) return;
  observer.disconnect();
  // The server gives a base to pages at /room/NAME.
  const isNamed = document.querySelector('base') || new URLSearchParams(location.search).get('room')?.trim();
  if (body.dataset.named && isNamed) body.dataset.state = body.dataset.named;
}).observe(document.documentElement, { childList: true });

// The link past the header leads within the page, whatever <base> the page has, and asks nothing.
addEventListener(
  'click',
  (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('.skip')) return;
    event.preventDefault();
    event.stopPropagation();
    document.getElementById('main').focus();
  },
  true,
);

(() => {
  /** Here, since the tables of words are among what may be missing. */
  const SENTENCES = {
    en: ['A part of this page could not be loaded.', 'Load again'],
    de: ['Ein Teil dieser Seite konnte nicht geladen werden.', 'Neu laden'],
    es: ['No se ha podido cargar una parte de esta página.', 'Volver a cargar'],
  };

  let isShown = false;

  function show() {
    if (isShown) return;
    isShown = true;
    document.documentElement.classList.remove('is-untranslated');
    // The lamp of the status line stands for no other state.
    document.body.dataset.state = 'unloaded';
    const status = document.getElementById('status');
    const [words, load] = SENTENCES[document.documentElement.lang] ?? SENTENCES.en;
    status.textContent = words;
    const again = document.createElement('button');
    again.id = 'load-again';
    again.type = 'button';
    again.textContent = load;
    again.addEventListener('click', () => location.reload());
    status.after(again);
  }

  // Such errors do not bubble. Those of scripts themselves have the window as target.
  addEventListener(
    'error',
    ({ target }) => {
      if (!(target instanceof HTMLScriptElement)) return;
      if (document.readyState === 'loading') addEventListener('DOMContentLoaded', show);
      else show();
    },
    true,
  );
})();
