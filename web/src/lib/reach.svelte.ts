import { api, onReach } from './api/client';

const beatMs = 10_000;

/** Whether the server answers: learned from every request, and asked for when there was none for a while. */
class Reach {
  state: 'unknown' | 'reached' | 'unreached' = $state('unknown');
  #heard = 0;

  constructor() {
    onReach((reached) => {
      this.state = reached ? 'reached' : 'unreached';
      this.#heard = performance.now();
    });
    setInterval(() => this.#beat(), beatMs / 2);
    addEventListener('online', () => this.#ask());
    addEventListener('offline', () => this.#ask());
    this.#ask();
  }

  #beat(): void {
    if (document.visibilityState === 'visible' && performance.now() - this.#heard > beatMs) this.#ask();
  }

  #ask(): void {
    // The answer itself does not matter: the listener above hears whether there was one.
    api.version().catch(() => {});
  }
}

export const reach = new Reach();
