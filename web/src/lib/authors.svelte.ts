import { SvelteMap } from 'svelte/reactivity';
import { chat } from './api/chat';
import { ApiError } from './api/errors';
import type { User } from './api/types';

const atOnce = 4;
const kept = 5000;
/** Of more that wait, the first are left until they are wanted again. */
const waitingAtMost = 200;

/** Who of those who write is a guest: known by a session alone, so that another may come under the same name. */
class Authors {
  readonly #guests = new SvelteMap<number, boolean>();
  readonly #asked = new Set<number>();
  #waiting: number[] = [];
  #underway = 0;

  isGuest(id: number | undefined): boolean {
    return id !== undefined && this.#guests.get(id) === true;
  }

  learn(users: readonly User[]): void {
    for (const { id, guest } of users) {
      this.#asked.add(id);
      if (this.#guests.get(id) !== (guest ?? false)) this.#guests.set(id, guest ?? false);
    }
  }

  /** Asks for those who are not known, each once. */
  want(id: number | undefined): void {
    if (id === undefined || this.#asked.has(id)) return;
    if (this.#asked.size >= kept) this.#asked.clear();
    this.#asked.add(id);
    if (this.#waiting.push(id) > waitingAtMost) this.#asked.delete(this.#waiting.shift()!);
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#underway >= atOnce) return;
    ++this.#underway;
    for (let id = this.#waiting.pop(); id !== undefined; id = this.#waiting.pop()) {
      try {
        this.learn([await chat.user(id)]);
      } catch (error) {
        if (error instanceof ApiError && error.temporary) this.#asked.delete(id);
      }
    }
    --this.#underway;
  }
}

export const authors = new Authors();
