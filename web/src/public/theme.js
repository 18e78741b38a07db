// Sets the theme before the first paint. A file of its own, because the server's policy allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('vestnik.theme');
  } catch {
    // Storage is switched off: follow the system.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
