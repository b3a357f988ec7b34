// Says on the page that one of its files could not be loaded: the network changed at that moment, say. Without this the
// page would show its first words for ever. No module, since those are what is missing then; and the first script of the
// page, since an error before it is lost.

(() => {
  let isShown = false;

  function show() {
    if (isShown) return;
    isShown = true;
    // The lamp of the status line stands for no other state.
    document.body.dataset.state = 'unloaded';
    const status = document.getElementById('status');
    status.textContent = 'A part of this page could not be loaded.';
    const again = document.createElement('button');
    again.id = 'load-again';
    again.type = 'button';
    again.textContent = 'Load again';
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
