// Before the first paint, so that a page does not flash in the other theme.
(() => {
  const chosen = localStorage.getItem('massif.theme');
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
