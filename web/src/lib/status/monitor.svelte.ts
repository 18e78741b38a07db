import { api } from '../api/client';
import type { Health, Stats } from '../api/types';
import { describe } from '../describe';
import { sample, silence, type Reading, type Sample } from './samples';

const pollMs = 1000;
const healthEvery = 5;
const kept = 300;

/** Asks the server for its state each second and keeps the last five minutes. */
export class Monitor {
  samples: Sample[] = $state.raw([]);
  stats: Stats | undefined = $state.raw();
  health: Health | undefined = $state.raw();
  error = $state('');
  #previous: Reading | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #asking = false;
  #turn = 0;

  start(): void {
    void this.#poll();
    this.#timer = setInterval(() => void this.#poll(), pollMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    if (this.#turn++ % healthEvery === 0) void this.#askHealth();
    if (this.#asking) return;
    this.#asking = true;
    const time = Date.now() / 1000;
    try {
      const reading = { stats: await api.stats(), at: performance.now() };
      this.stats = reading.stats;
      this.#keep(sample(time, reading, this.#previous));
      this.#previous = reading;
      this.error = '';
    } catch (error) {
      this.error = describe(error);
      this.#previous = undefined;
      this.#keep(silence(time));
    } finally {
      this.#asking = false;
    }
  }

  async #askHealth(): Promise<void> {
    try {
      this.health = await api.health();
    } catch {
      this.health = undefined;
    }
  }

  #keep(next: Sample): void {
    this.samples = [...this.samples.slice(-(kept - 1)), next];
  }
}
