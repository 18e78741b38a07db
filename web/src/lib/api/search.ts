// Search: the server finds, marks and orders; the page only draws.
import { get } from './client';
import type { Found } from './types';

/** The newest hits, or those before `before`. There are none only when there are no older ones either. */
export async function searchMessages(
  q: string,
  room: string | undefined,
  limit: number,
  signal: AbortSignal,
  before?: number,
): Promise<Found> {
  for (;;) {
    const found = await get<Found>('/api/v1/search', { q, room, limit, before }, signal);
    if (found.hits.length > 0 || found.next === undefined) return found;
    before = found.next;
  }
}
