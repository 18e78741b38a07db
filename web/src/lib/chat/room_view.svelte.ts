import { api, isAbort } from '../api/client';
import { ApiError } from '../api/errors';
import type { Message, Room, RoomEvent } from '../api/types';
import { describe } from '../describe';
import { closingOf, type Closing } from '../live/closing';
import { formatPosition, parsePosition } from '../position';
import type { Link } from '../rpc/link.svelte';
import type { ChatRow } from './row';
import { RoomTimeline } from './timeline';

const pageSize = 100;
const aroundSize = 50;
const unreadPage = 300;
const limits = { rows: 20_000, weight: 8_000_000 };
const reloadPauseMs = 1000;

/** What the page does for the view: draws, and moves to a row. */
export interface Screen {
  draw(): void;
  /** Puts the row near the upper edge, or goes to the end when all below it fits on the screen; whether it reads now. */
  showFrom(index: number): boolean;
  showRow(index: number): void;
  /** What is read at this moment, and how to come back to it. */
  place(): Place;
  setPlace(place: Place): void;
}

/** A row, and how far its upper edge is above that of the list. */
export interface Place {
  index: number;
  delta: number;
}

/** One room on the screen: a window into its history that follows it live. */
export class RoomView {
  readonly timeline: RoomTimeline;

  phase: 'loading' | 'ready' | 'failed' | 'missing' = $state('loading');
  error = $state('');
  /** Why the room is not there any more. */
  closed: Closing | undefined = $state();
  room: Room | undefined = $state.raw();
  hold: 'following' | 'reading' = $state('following');
  unseen = $state(0);
  empty = $state(true);
  older: 'more' | 'loading' | 'failed' | 'none' = $state('more');
  newer: 'more' | 'loading' | 'failed' | 'none' = $state('none');
  resumed: { count: number; whole: boolean } | undefined = $state.raw();
  /** The first message that was unread when the room was opened. */
  unreadFrom: number | undefined = $state();
  /** The message that one was led to. */
  pointedAt: number | undefined = $state();
  /** One was led to a position without a message; with `error`, it could not be looked for. */
  astray: { pos: string; error?: unknown } | undefined = $state.raw();
  screen: Screen | undefined;
  /** Told after every change of the list. */
  onshown: () => void = () => {};

  #frame: number | undefined;
  #loads = new AbortController();
  #reloading: ReturnType<typeof setTimeout> | undefined;
  #onceShown: (() => void) | undefined;

  constructor(
    readonly name: string,
    private readonly link: Link,
    estimate: (row: ChatRow) => number,
    me: () => number | undefined,
  ) {
    this.timeline = new RoomTimeline(limits, estimate, me);
  }

  /** `unread` messages after `cursor` have not been read; `at` is a position to begin with instead. */
  async open(unread: number, cursor: string | undefined, at?: string): Promise<void> {
    this.phase = 'loading';
    this.link.watch(this.name);
    this.timeline.beginLoad();
    const { signal } = this.#loads;
    try {
      const [room, page] = await Promise.all([api.room(this.name, signal), this.#newest(unread, signal)]);
      if (signal.aborted) return;
      this.room = room;
      this.link.follow(this.name, page.messages.at(-1)?.pos ?? room.pos);
      this.#reset(page.messages, { begin: page.reachesBegin, end: true });
      // What is unread may begin further back than these messages do.
      const far = cursor !== undefined && unread > page.messages.length;
      if (far) await this.#load((loading) => this.#around(cursor, loading));
      if (unread > 0 && cursor !== undefined) this.unreadFrom = this.#firstAfter(cursor);
      this.phase = 'ready';
      if (at !== undefined) return void this.goTo(at);
      const from = this.unreadFrom === undefined ? undefined : this.timeline.indexOf(this.unreadFrom);
      if (from !== undefined) {
        this.#onceShown = () => {
          if (!this.screen?.showFrom(from)) return;
          this.read();
          this.timeline.unseen = unread;
        };
      }
      this.#schedule();
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.error = describe(error);
      this.phase = error instanceof ApiError && error.status === 404 ? 'missing' : 'failed';
    }
  }

  close(): void {
    this.#loads.abort();
    clearTimeout(this.#reloading);
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  events(events: readonly RoomEvent[]): void {
    for (const { closed } of events) {
      if (closed) this.closed = closingOf(closed);
    }
    let written = 0;
    for (const { message } of events) if (message) ++written;
    if (written > 0 && this.room) this.room = counted(this.room, written);
    const outcome = this.timeline.apply(events);
    if (outcome === 'stale') return this.#reload();
    this.#forget();
    if (outcome !== 'nothing' || this.timeline.unseen !== this.unseen) this.#schedule();
  }

  /** The room as the server tells it; messages are counted here, because some may still be on their way. */
  describe(room: Room): void {
    this.room = counted({ ...room, message_count: this.room?.message_count ?? room.message_count }, 0);
    this.#forget();
  }

  /** An answer to one's own change is shown without waiting for its event. */
  change(event: RoomEvent): void {
    if (this.timeline.change(event)) this.#schedule();
  }

  /** The reader left the end. */
  read(): void {
    this.timeline.hold = 'reading';
    this.#show();
  }

  /** To the newest message. */
  follow(): void {
    this.pointedAt = undefined;
    this.timeline.follow();
    this.#forget();
    if (!this.timeline.reachesEnd) void this.#load(() => this.#toEnd());
    this.#show();
    this.#schedule();
  }

  loadOlder(): void {
    const { oldest } = this.timeline;
    if (!oldest || this.closed || this.older !== 'more') return;
    this.older = 'loading';
    void this.#load(async (signal) => {
      const page = await this.#page({ limit: pageSize * 2, before: oldest.pos }, signal);
      if (this.timeline.oldest?.id !== oldest.id) return this.timeline.abandonLoad();
      this.timeline.prepend(page.reverse(), page.length < pageSize * 2);
    });
  }

  loadNewer(): void {
    const { newest } = this.timeline;
    if (!newest || this.closed || this.newer !== 'more') return;
    this.newer = 'loading';
    void this.#load(async (signal) => {
      const limit = pageSize * 2;
      const page = await this.#page({ limit, after: newest.pos, order: 'asc' }, signal);
      if (this.timeline.newest?.id !== newest.id) return this.timeline.abandonLoad();
      this.timeline.extend(page, page.length < limit);
    });
  }

  retryLoads(): void {
    if (this.older === 'failed') {
      this.older = 'more';
      this.loadOlder();
    }
    if (this.newer === 'failed') {
      this.newer = 'more';
      this.loadNewer();
    }
  }

  /** Shows the message at this position in the middle of what was written around it. */
  async goTo(pos: string): Promise<void> {
    this.astray = undefined;
    const known = this.#idAt(pos);
    if (known !== undefined) return this.#point(known);
    const error = await this.#load((signal) => this.#around(pos, signal, true));
    if (this.#loads.signal.aborted) return;
    const found = this.#idAt(pos);
    if (found !== undefined) return this.#point(found);
    this.pointedAt = undefined;
    this.astray = isPassing(error) ? { pos, error } : { pos };
  }

  /** The same for a message of which only the number is known. */
  async goToMessage(id: number): Promise<void> {
    if (this.timeline.indexOf(id) !== undefined) return this.#point(id);
    try {
      const message = await api.message(id, this.#loads.signal);
      if (message.room === this.name) await this.goTo(message.pos);
    } catch {
      // What is gone cannot be shown; the quotation says so itself.
    }
  }

  #point(id: number): void {
    this.read();
    this.pointedAt = id;
    this.#onceShown = () => {
      const index = this.timeline.indexOf(id);
      if (index !== undefined) this.screen?.showRow(index);
    };
    this.#schedule();
  }

  /** What the room does not keep any more goes, unless one is reading there. */
  #forget(): void {
    const limit = this.room?.message_limit;
    if (limit !== undefined && this.timeline.hold === 'following' && this.timeline.keepLast(limit)) this.#schedule();
  }

  #firstAfter(cursor: string): number | undefined {
    const at = parsePosition(cursor);
    const { rows } = this.timeline;
    for (let i = rows.first; at && i < rows.end; ++i) {
      const { epoch, n, id } = rows.get(i);
      if (epoch === at.epoch && n > at.n) return id;
    }
    return undefined;
  }

  #idAt(pos: string): number | undefined {
    const { rows } = this.timeline;
    for (let i = rows.end - 1; i >= rows.first; --i) if (rows.get(i).pos === pos) return rows.get(i).id;
    return undefined;
  }

  async #newest(unread: number, signal: AbortSignal): Promise<{ messages: Message[]; reachesBegin: boolean }> {
    const limit = unread >= pageSize ? unreadPage : pageSize;
    const messages = await this.#page({ limit }, signal);
    return { reachesBegin: messages.length < limit, messages: messages.reverse() };
  }

  /** What was written around this position; if `exact`, only when there is a message at it. */
  async #around(pos: string, signal: AbortSignal, exact = false): Promise<void> {
    const at = parsePosition(pos);
    const behind = at ? formatPosition({ ...at, n: at.n - 1 }) : pos;
    const [before, after] = await Promise.all([
      this.#page({ limit: aroundSize, before: pos }, signal),
      this.#page({ limit: aroundSize, after: behind, order: 'asc' }, signal),
    ]);
    const reaches = { begin: before.length < aroundSize, end: after.length < aroundSize };
    if (exact && after[0]?.pos !== pos) return this.timeline.abandonLoad();
    this.#reset([...before.reverse(), ...after], reaches);
  }

  async #toEnd(): Promise<void> {
    const { messages, reachesBegin } = await this.#newest(0, this.#loads.signal);
    this.#reset(messages, { begin: reachesBegin, end: true });
  }

  /** What is shown may be wrong: something happened that did not come. The same place is read anew, at most once a second. */
  #reload(): void {
    this.#reloading ??= setTimeout(() => {
      this.#reloading = undefined;
      void api.room(this.name).then(
        (room) => (this.room = room),
        () => {},
      );
      const reading = this.timeline.hold === 'reading' ? this.screen?.place() : undefined;
      const row = reading && this.timeline.rows.length > 0 ? this.timeline.rows.get(reading.index) : undefined;
      void this.#load((signal) => (row ? this.#around(row.pos, signal) : this.#toEnd())).then(() => {
        const index = row && this.timeline.indexOf(row.id);
        if (index === undefined) return this.follow();
        this.#onceShown = () => this.screen?.setPlace({ index, delta: reading!.delta });
        this.#schedule();
      });
    }, reloadPauseMs * Math.random());
  }

  #reset(messages: Message[], reaches: { begin: boolean; end: boolean }): void {
    if (this.timeline.reset(messages, reaches) === 'stale') this.#reload();
    this.#schedule();
  }

  /** One load. What goes wrong is returned, and said at the end of the list that it was for. */
  async #load(work: (signal: AbortSignal) => Promise<void>): Promise<unknown> {
    this.timeline.beginLoad();
    try {
      await work(this.#loads.signal);
      this.older = 'more';
      this.newer = 'more';
    } catch (error) {
      this.timeline.abandonLoad();
      if (isAbort(error)) return error;
      // Positions of an earlier history are refused: there is nothing to go back to.
      const after = isPassing(error) ? 'failed' : 'none';
      if (this.older === 'loading') this.older = after;
      if (this.newer === 'loading') this.newer = after;
      return error;
    } finally {
      this.#schedule();
    }
    return undefined;
  }

  #page(query: { limit: number; before?: string; after?: string; order?: 'asc' | 'desc' }, signal: AbortSignal) {
    return api.messages(this.name, { order: 'desc', ...query }, signal);
  }

  /** Everything that came since the last frame is drawn in one. */
  #schedule(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#show();
      this.screen?.draw();
      const once = this.screen ? this.#onceShown : undefined;
      if (once) {
        this.#onceShown = undefined;
        once();
        this.screen?.draw();
      }
      this.onshown();
    });
  }

  #show(): void {
    const { timeline } = this;
    this.hold = timeline.hold;
    this.unseen = timeline.unseen;
    this.empty = timeline.rows.length === 0;
    if (this.older === 'more' || this.older === 'none') this.older = timeline.reachesBegin ? 'none' : 'more';
    if (this.newer === 'more' || this.newer === 'none') this.newer = timeline.reachesEnd ? 'none' : 'more';
  }
}

/** Whether the same may succeed later. */
function isPassing(error: unknown): boolean {
  return error !== undefined && (!(error instanceof ApiError) || error.temporary);
}

function counted(room: Room, more: number): Room {
  return { ...room, message_count: Math.min(room.message_limit ?? Infinity, room.message_count + more) };
}
