document.documentElement.classList.toggle('dark-mode', document.documentElement.dataset.theme === 'dark');
window.ui = window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  // The badge would be asked from the internet.
  validatorUrl: null,
});
