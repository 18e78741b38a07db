import { isLayered } from './layers';

// Real addresses without a library: the path chooses the page, the query is the page's own.

class Router {
  path = $state(normal(location.pathname));
  query = $state.raw(new URLSearchParams(location.search));

  constructor() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#click(event));
  }

  go(address: string): void {
    if (isLayered()) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.#read();
    scrollTo(0, 0);
  }

  /** Changes the query; empty values disappear. `replace` leaves no entry in the history. */
  setQuery(values: Record<string, string | undefined>, replace = false): void {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(given as [string, string][]).toString();
    const address = text === '' ? location.pathname : `${location.pathname}?${text}`;
    if (replace || isLayered()) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.#read();
  }

  #read(): void {
    this.path = normal(location.pathname);
    // A window that opens or closes changes nothing here.
    const query = new URLSearchParams(location.search);
    if (query.toString() !== this.query.toString()) this.query = query;
  }

  /** Links inside the application change the page without loading it again. `data-reload` marks the others. */
  #click(event: MouseEvent): void {
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || event.button !== 0 || modified) return;
    const link = (event.target as Element | null)?.closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.dataset['reload'] !== undefined) return;
    const address = new URL(link.href);
    if (address.origin !== location.origin) return;
    event.preventDefault();
    this.go(address.pathname + address.search);
  }
}

function normal(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

export const router = new Router();
