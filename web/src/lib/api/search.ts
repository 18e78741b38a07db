// Search: the server finds, marks and orders; the page only draws.
import { get } from './client';
import type { Message } from './types';

/** A piece of a text; `hit` when it is what was looked for. */
export interface Part {
  text: string;
  hit?: boolean;
}

export interface Found {
  message: Message;
  /** The place in the text where it was found, piece by piece; empty when the server marks nothing. */
  parts: Part[];
}

interface Answer {
  hits?: { message?: Message; parts?: Part[] }[];
}

export async function searchMessages(
  q: string,
  room: string | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<Found[]> {
  const { hits = [] } = await get<Answer>('/api/v1/search', { q, room, limit }, signal);
  return hits.flatMap(({ message, parts = [] }) => (message ? [{ message, parts }] : []));
}
