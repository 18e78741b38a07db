import { api, isAbort } from '../api/client';
import { ApiError } from '../api/errors';
import { Timeline } from '../list/timeline';
import { LiveConnection } from './connection.svelte';
import { messageRow, type MessageRow, type Row } from './row';

const firstPage = 100;
const olderPage = 200;
const limits = { rows: 50_000, weight: 16_000_000 };

/** One room, live: its newest messages first, then everything that comes; older ones on demand. */
export class LiveView {
  readonly timeline: Timeline;
  readonly connection = new LiveConnection({
    rows: (rows) => this.#append(rows),
    resumed: (count, whole) => (this.resumed = { count, whole }),
  });

  phase: 'loading' | 'ready' | 'failed' = $state('loading');
  failure: unknown = $state.raw();
  hold: 'following' | 'reading' | 'paused' = $state('following');
  unseen = $state(0);
  received = $state(0);
  /** Messages in the last second. */
  rate = $state(0);
  older: 'more' | 'loading' | 'failed' | 'none' = $state('more');
  resumed: { count: number; whole: boolean } | undefined = $state.raw();
  /** Draws the list; set by the page. */
  draw: () => void = () => {};

  #frame: number | undefined;
  #total = 0;
  #totalBefore = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #loads: AbortController | undefined;

  constructor(
    readonly room: string,
    readonly session: string | undefined,
    estimate: (row: Row) => number,
  ) {
    this.timeline = new Timeline(limits, estimate);
  }

  async open(): Promise<void> {
    this.phase = 'loading';
    this.#loads = new AbortController();
    const { signal } = this.#loads;
    try {
      // The position first: what is written between the two requests comes again live and is left out there.
      const { pos } = await api.room(this.room, signal);
      const page = await this.#page({ limit: firstPage }, signal);
      if (signal.aborted) return;
      this.timeline.append(page);
      if (page.length < firstPage) this.older = 'none';
      this.phase = 'ready';
      this.#ticker ??= setInterval(() => this.#tick(), 1000);
      this.connection.start(this.room, page.at(-1)?.pos ?? pos, this.session);
      this.#schedule();
    } catch (error) {
      if (isAbort(error)) return;
      this.failure = error;
      this.phase = 'failed';
    }
  }

  close(): void {
    this.#loads?.abort();
    clearInterval(this.#ticker);
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.connection.stop();
  }

  setHold(hold: 'reading' | 'paused'): void {
    this.timeline.hold = hold;
    this.#show();
  }

  follow(): void {
    if (!this.timeline.follow()) this.older = 'more';
    this.#show();
    this.#schedule();
  }

  async loadOlder(): Promise<void> {
    const oldest = this.timeline.oldest;
    if (this.connection.state.kind === 'closed') return;
    if (!oldest || !this.#loads || this.older === 'loading' || this.older === 'none') return;
    this.older = 'loading';
    try {
      const page = await this.#page({ limit: olderPage, before: oldest.pos }, this.#loads.signal);
      if (this.timeline.oldest?.pos !== oldest.pos) {
        this.older = 'more';
        return;
      }
      this.timeline.prepend(page);
      this.older = page.length < olderPage ? 'none' : 'more';
      this.#schedule();
    } catch (error) {
      // Positions of an earlier history are refused: there is nothing to go back to.
      const passing = !(error instanceof ApiError) || error.temporary;
      if (!isAbort(error)) this.older = passing ? 'failed' : 'none';
    }
  }

  async #page(query: { limit: number; before?: string }, signal: AbortSignal): Promise<MessageRow[]> {
    const messages = await api.messages(this.room, { ...query, order: 'desc' }, signal);
    return messages.map(messageRow).reverse();
  }

  #append(rows: Row[]): void {
    const first = this.timeline.rows.first;
    this.timeline.append(rows);
    this.#total += rows.length;
    if (this.timeline.rows.first > first && this.older === 'none') this.older = 'more';
    this.#schedule();
  }

  /** Everything that came since the last frame is drawn in one. */
  #schedule(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#show();
      this.draw();
    });
  }

  #show(): void {
    this.hold = this.timeline.hold;
    this.unseen = this.timeline.unseen;
    this.received = this.#total;
  }

  #tick(): void {
    this.rate = this.#total - this.#totalBefore;
    this.#totalBefore = this.#total;
  }
}
