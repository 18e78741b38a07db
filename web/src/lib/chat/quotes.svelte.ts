import { SvelteMap } from 'svelte/reactivity';
import { api } from '../api/client';
import { ApiError } from '../api/errors';
import { authorName, chatRow } from './row';
import type { RoomTimeline } from './timeline';

export type Quoted = { author?: string; text: string; deleted: boolean } | 'gone';

const kept = 500;

/** Messages that others answer: from the list when they are in it, else from the server, each asked for once. */
export class Quotes {
  readonly #known = new SvelteMap<number, Quoted>();
  readonly #asked = new Set<number>();

  of(id: number, timeline: RoomTimeline): Quoted | undefined {
    const row = timeline.find(id);
    if (row) return { text: row.text, deleted: row.deleted, ...named(authorName(row)) };
    return this.#known.get(id);
  }

  /** Asks for it if it is not known. */
  want(id: number, timeline: RoomTimeline): void {
    if (timeline.indexOf(id) !== undefined || this.#asked.has(id)) return;
    this.#asked.add(id);
    void this.#ask(id);
  }

  async #ask(id: number): Promise<void> {
    try {
      const row = chatRow(await api.message(id));
      if (this.#known.size >= kept) this.#forget();
      this.#known.set(id, row ? { text: row.text, deleted: row.deleted, ...named(authorName(row)) } : 'gone');
    } catch (error) {
      if (error instanceof ApiError && !error.temporary) this.#known.set(id, 'gone');
      else this.#asked.delete(id);
    }
  }

  #forget(): void {
    this.#known.clear();
    this.#asked.clear();
  }
}

function named(author: string | undefined): { author?: string } {
  return author === undefined ? {} : { author };
}
