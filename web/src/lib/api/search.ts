// Search: the server finds, marks and orders; the page only draws.
import { get } from './client';
import type { Message } from './types';

/** A piece of a text; `hit` when it is what was looked for. */
export interface Part {
  text: string;
  hit: boolean;
}

export interface Hit {
  message: Message;
  /** The place in the text where it was found, piece by piece. */
  parts: Part[];
  /** Whether there is more of the text before and behind that place. */
  cut_before: boolean;
  cut_after: boolean;
}

export interface Found {
  /** The newest first. */
  hits: Hit[];
  /** Messages written since are not in the index yet; absent: all are. */
  indexed_through?: string;
  /** `before` of the older hits; absent: there are none. */
  next?: string;
}

/** The newest hits, or those before `before`. There are none only when there are no older ones either. */
export async function searchMessages(
  q: string,
  room: string | undefined,
  limit: number,
  signal: AbortSignal,
  before?: string,
): Promise<Found> {
  for (;;) {
    const found = await get<Found>('/api/v1/search', { q, room, limit, before }, signal);
    if (found.hits.length > 0 || found.next === undefined) return found;
    before = found.next;
  }
}
