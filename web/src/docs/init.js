// Swagger UI as the person who has a session in this browser. The Authorize button is for another session; that one is
// forgotten with the page, because whoever can read it acts as its user.
const keptSession = () => {
  try {
    return JSON.parse(localStorage.getItem('vestnik.session') ?? 'null');
  } catch {
    return null;
  }
};

const who = document.getElementById('who');
const showWho = () => {
  const name = keptSession()?.user?.username;
  who.textContent = name === undefined ? 'Sign in to try calls that need a session' : `Calls are made as ${name}`;
};
showWho();
addEventListener('storage', showWho);

document.documentElement.classList.toggle('dark-mode', document.documentElement.dataset.theme === 'dark');
window.ui = window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  requestInterceptor: (request) => {
    const secret = keptSession()?.secret;
    const own = new URL(request.url, location.href).origin === location.origin;
    if (own && secret !== undefined && request.headers.Authorization === undefined) {
      request.headers.Authorization = `Bearer ${secret}`;
    }
    return request;
  },
  // The badge would be asked from the internet.
  validatorUrl: null,
});
