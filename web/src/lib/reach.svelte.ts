import { api, onReach } from './api/client';
import { ApiError } from './api/errors';

const beatMs = 10_000;
const longestBeatMs = 120_000;

/** Whether the server answers: learned from every request, and asked for when there was none for a while. */
class Reach {
  state: 'unknown' | 'reached' | 'unreached' = $state('unknown');
  #heard = 0;
  #pauseMs = beatMs;

  constructor() {
    onReach((reached) => {
      this.state = reached ? 'reached' : 'unreached';
      this.#heard = performance.now();
    });
    setInterval(() => this.#beat(), beatMs / 2);
    addEventListener('online', () => void this.#ask());
    addEventListener('offline', () => void this.#ask());
    void this.#ask();
  }

  #beat(): void {
    if (document.visibilityState === 'visible' && performance.now() - this.#heard > this.#pauseMs) void this.#ask();
  }

  async #ask(): Promise<void> {
    // The listener above hears whether there was an answer; one that refuses is asked for ever more rarely.
    try {
      await api.version();
      this.#pauseMs = beatMs;
    } catch (error) {
      const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
      this.#pauseMs = refused ? Math.min(longestBeatMs, 2 * this.#pauseMs) : beatMs;
    }
  }
}

export const reach = new Reach();
