import { api } from '../api/client';
import { ApiError } from '../api/errors';
import type { Health, Stats } from '../api/types';
import { backoffMs } from '../live/backoff';
import { load, save } from '../storage';
import { sample, silence, type Reading, type Sample } from './samples';

const pollMs = 1000;
const healthEvery = 5;
const kept = 300;

/** Asks the server for its state each second and keeps the last five minutes. */
export class Monitor {
  samples: Sample[] = $state.raw([]);
  stats: Stats | undefined = $state.raw();
  health: Health | undefined = $state.raw();
  failure: unknown = $state.raw();
  #key: string | undefined = $state(load('status.key', undefined, 'tab'));
  #previous: Reading | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #asking = false;
  #turn = 0;
  #refusals = 0;
  #askAgainAt = 0;

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  start(): void {
    void this.#poll();
    this.#timer = setInterval(() => void this.#poll(), pollMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** At once, whatever was answered before. */
  retry(): void {
    this.#refusals = this.#askAgainAt = this.#turn = 0;
    void this.#poll();
  }

  /** Goes on as the holder of an API key, which is remembered until the tab is closed. */
  use(key: string): void {
    this.#key = key;
    save('status.key', key, 'tab');
    this.retry();
  }

  async #poll(): Promise<void> {
    if (performance.now() < this.#askAgainAt) return;
    if (this.#turn++ % healthEvery === 0) void this.#askHealth();
    if (this.#asking) return;
    this.#asking = true;
    const time = Date.now() / 1000;
    try {
      const reading = { stats: await api.stats(this.#key), at: performance.now() };
      this.stats = reading.stats;
      this.#keep(sample(time, reading, this.#previous));
      this.#previous = reading;
      this.failure = undefined;
      this.#refusals = 0;
    } catch (error) {
      this.failure = error;
      const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
      if (refused) this.#askAgainAt = performance.now() + backoffMs(++this.#refusals, Math.random);
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
