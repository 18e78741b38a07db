import { api, isAbort } from './api/client';
import type { ListQuery, Message } from './api/types';
import { resolve, spanQuery, type HistoryQuery, type Span } from './history';
import { messageRow, type MessageRow } from './live/row';
import { parsePosition } from './position';

/** What the range holds in all. */
export interface Extent {
  count: number;
  first: MessageRow;
  last: MessageRow;
}

/** One page of a room's history, newest first. */
export class HistoryView {
  phase: 'loading' | 'ready' | 'failed' = $state('loading');
  failure: unknown = $state.raw();
  rows: MessageRow[] = $state.raw([]);
  extent: Extent | undefined = $state.raw();
  hasOlder = $state(false);
  hasNewer = $state(false);
  span: Span = $state.raw({});
  #loading: AbortController | undefined;
  #rangeKey = '';

  /** `again` asks for the range anew, as of now. */
  async load(query: HistoryQuery, now: number, again: boolean): Promise<void> {
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    const key = JSON.stringify([query.room, query.range, query.from, query.to]);
    const sameRange = key === this.#rangeKey && !again;
    if (!sameRange) this.span = resolve(query, now);
    this.phase = 'loading';
    try {
      const [page, extent] = await Promise.all([
        this.#page(query, signal),
        sameRange ? this.extent : this.#measure(query.room, signal),
      ]);
      if (signal.aborted) return;
      this.rows = page;
      this.extent = extent;
      this.#rangeKey = key;
      this.phase = 'ready';
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.failure = error;
      this.phase = 'failed';
    }
  }

  close(): void {
    this.#loading?.abort();
  }

  /** One message more than shown is asked for: it tells whether there is another page. */
  async #page(query: HistoryQuery, signal: AbortSignal): Promise<MessageRow[]> {
    const limit = query.size + 1;
    if (query.after !== undefined) {
      const page = await this.#list(query.room, { limit, after: query.after, order: 'asc' }, signal);
      this.hasNewer = page.length === limit;
      this.hasOlder = true;
      return page.slice(0, query.size).map(messageRow).reverse();
    }
    const before = query.before === undefined ? {} : { before: query.before };
    const page = await this.#list(query.room, { limit, ...before, order: 'desc' }, signal);
    this.hasOlder = page.length === limit;
    this.hasNewer = query.before !== undefined;
    return page.slice(0, query.size).map(messageRow);
  }

  /** Positions of a room have no gaps, so the first and the last message of the range tell how many there are. */
  async #measure(room: string, signal: AbortSignal): Promise<Extent | undefined> {
    const [first, last] = await Promise.all([
      this.#list(room, { limit: 1, order: 'asc' }, signal),
      this.#list(room, { limit: 1, order: 'desc' }, signal),
    ]);
    if (!first[0] || !last[0]) return undefined;
    const from = parsePosition(first[0].pos);
    const to = parsePosition(last[0].pos);
    const count = from && to ? to.n - from.n + 1 : 0;
    return { count, first: messageRow(first[0]), last: messageRow(last[0]) };
  }

  #list(room: string, query: ListQuery, signal: AbortSignal): Promise<Message[]> {
    return api.messages(room, { ...query, ...spanQuery(this.span) }, signal);
  }
}
