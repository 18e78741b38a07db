import type { Attachment, Message, RoomEvent } from '../api/types';
import { RowList, type Limits } from '../list/row_list';
import { chatRow, deleted, edited, leadOf, reacted, type ChatRow } from './row';

/** What became of the list: rows came, some changed, nothing that is shown, or the list has to be read anew. */
export type Outcome = 'appended' | 'changed' | 'nothing' | 'stale';

const lateEventsKept = 20_000;

/**
 * A window into the history of a room: rows in the order of their positions, without a gap between them. It grows at both ends
 * and stays bounded. At its end it follows what happens live; elsewhere new messages are only counted.
 */
export class RoomTimeline {
  readonly rows: RowList<ChatRow>;
  /** `following`: new rows appear at the end. `reading`: what one reads stays where it is. */
  hold: 'following' | 'reading' = 'following';
  /** Messages that came since the reader left the end. */
  unseen = 0;
  /** Whether the first row is the first of the room, and the last row the last. */
  reachesBegin = false;
  reachesEnd = true;

  #indexes = new Map<number, number>();
  #late: RoomEvent[] | undefined;
  #lateIsWhole = true;

  /** `me` is who reads, as far as the server knows them. */
  constructor(
    private readonly limits: Limits,
    estimate: (row: ChatRow) => number,
    private readonly me: () => number | undefined,
  ) {
    this.rows = new RowList<ChatRow>(limits, estimate, weightOf);
  }

  get oldest(): ChatRow | undefined {
    return this.rows.length > 0 ? this.rows.get(this.rows.first) : undefined;
  }

  get newest(): ChatRow | undefined {
    return this.rows.length > 0 ? this.rows.get(this.rows.end - 1) : undefined;
  }

  indexOf(id: number): number | undefined {
    const index = this.#indexes.get(id);
    const present = index !== undefined && index >= this.rows.first && index < this.rows.end;
    return present && this.rows.get(index).id === id ? index : undefined;
  }

  find(id: number): ChatRow | undefined {
    const index = this.indexOf(id);
    return index === undefined ? undefined : this.rows.get(index);
  }

  /** The last row that fits, at most `within` rows back. */
  findLast(fits: (row: ChatRow) => boolean, within = 1000): ChatRow | undefined {
    for (let i = this.rows.end - 1; i >= Math.max(this.rows.first, this.rows.end - within); --i) {
      const row = this.rows.get(i);
      if (fits(row)) return row;
    }
    return undefined;
  }

  /** The newest files whose names have every one of these words, in any case. */
  findFiles(words: string, atMost: number): { row: ChatRow; attachment: Attachment }[] {
    const wanted = folded(words).split(/\s+/);
    const found: { row: ChatRow; attachment: Attachment }[] = [];
    for (let i = this.rows.end - 1; i >= this.rows.first && found.length < atMost; --i) {
      const row = this.rows.get(i);
      for (const attachment of row.attachments) {
        const name = folded(attachment.name);
        if (wanted.every((word) => name.includes(word))) found.push({ row, attachment });
      }
    }
    return found;
  }

  /** From here on events are kept, because a page that is being read may be older than they are. */
  beginLoad(): void {
    this.#late ??= [];
    this.#lateIsWhole = true;
  }

  abandonLoad(): void {
    this.#late = undefined;
  }

  /** The window is now this page. Returns `stale` when more happened meanwhile than was kept. */
  reset(page: readonly Message[], reaches: { begin: boolean; end: boolean }): Outcome {
    this.rows.clear();
    this.#indexes.clear();
    this.reachesBegin = reaches.begin;
    this.reachesEnd = reaches.end;
    for (const row of rowsOf(page)) this.#push(row);
    return this.#endLoad();
  }

  /** Older messages, in reading order. */
  prepend(page: readonly Message[], reachesBegin: boolean): Outcome {
    const oldest = this.oldest;
    const rows = rowsOf(page).filter((row) => !oldest || row.epoch !== oldest.epoch || row.n < oldest.n);
    let before: ChatRow | undefined;
    for (const row of rows) {
      row.lead = leadOf(row, before);
      before = row;
    }
    if (oldest && before) {
      const index = this.rows.first;
      const lead = leadOf(oldest, before);
      if (lead !== oldest.lead) this.rows.replace(index, { ...oldest, lead });
    }
    this.rows.prepend(rows);
    rows.forEach((row, i) => this.#indexes.set(row.id, this.rows.first + i));
    this.reachesBegin = reachesBegin;
    if (this.rows.trimBack().length > 0) this.reachesEnd = false;
    return this.#endLoad();
  }

  /** Newer messages, below a window that does not reach the end. */
  extend(page: readonly Message[], reachesEnd: boolean): Outcome {
    for (const row of rowsOf(page)) this.#insert(row);
    this.reachesEnd = reachesEnd;
    this.#trimFront();
    return this.#endLoad();
  }

  /** What happened in the room, in order. */
  apply(events: readonly RoomEvent[]): Outcome {
    let outcome: Outcome = 'nothing';
    for (const event of events) {
      const one = this.#applyOne(event);
      if (one === 'stale') return one;
      if (one === 'appended' || outcome === 'nothing') outcome = one === 'nothing' ? outcome : one;
    }
    this.#keepLate(events);
    if (this.hold === 'following') this.#trimFront();
    return outcome;
  }

  /** The answer to an edit, a deletion or a reaction of one's own, which may come before its event. */
  change(event: RoomEvent): boolean {
    return this.#applyOne(event) === 'changed';
  }

  follow(): void {
    this.hold = 'following';
    this.unseen = 0;
    if (this.reachesEnd) this.#trimFront();
  }

  /** The room keeps so many messages, deleted ones too. Returns whether older ones were here. */
  keepLast(messages: number): boolean {
    if (!this.reachesEnd || this.rows.length <= messages) return false;
    this.rows.keepLast(messages);
    this.rows.replace(this.rows.first, { ...this.oldest!, lead: 'day' });
    return true;
  }

  #applyOne(event: RoomEvent): Outcome {
    if (event.message) return this.#message(event.message);
    if (event.gap) return 'stale';
    if (event.edited) {
      const { message } = event.edited;
      return this.#replace(message.id, (row) => edited(row, message));
    }
    if (event.deleted) return this.#replace(event.deleted.message_id, deleted);
    if (event.reaction) {
      const change = event.reaction;
      return this.#replace(change.message_id, (row) => reacted(row, change, this.me()));
    }
    return 'nothing';
  }

  #message(message: Message): Outcome {
    const row = chatRow(message);
    if (!row) return 'nothing';
    const last = this.newest;
    if (last && last.epoch !== row.epoch) return 'stale';
    if (this.indexOf(row.id) !== undefined) return this.#replace(row.id, (known) => ({ ...row, lead: known.lead }));
    // What one has written elsewhere is not new to oneself.
    if (this.hold === 'reading' && (row.authorId === undefined || row.authorId !== this.me())) ++this.unseen;
    if (!this.reachesEnd) return 'nothing';
    if (this.hold === 'reading' && !this.rows.fits(1, weightOf(row))) {
      this.reachesEnd = false;
      return 'nothing';
    }
    return this.#insert(row) ? 'appended' : 'nothing';
  }

  /** Puts a row in its place: at the end, as a rule. Whether it was new. */
  #insert(row: ChatRow): boolean {
    const last = this.newest;
    if (!last || (last.epoch === row.epoch && last.n < row.n)) {
      this.#push(row);
      return true;
    }
    if (this.indexOf(row.id) !== undefined || row.epoch !== last.epoch) return false;
    const oldest = this.oldest!;
    if (row.n < oldest.n && !this.reachesBegin) return false;
    const rows: ChatRow[] = [];
    for (let i = this.rows.first; i < this.rows.end; ++i) rows.push(this.rows.get(i));
    const place = rows.findIndex((other) => other.n > row.n);
    rows.splice(place, 0, row);
    this.rows.clear();
    this.#indexes.clear();
    for (const one of rows) this.#push({ ...one });
    return true;
  }

  #push(row: ChatRow): void {
    row.lead = leadOf(row, this.newest);
    this.#indexes.set(row.id, this.rows.end);
    this.rows.push(row);
  }

  #replace(id: number, make: (row: ChatRow) => ChatRow): Outcome {
    const index = this.indexOf(id);
    if (index === undefined) return 'nothing';
    this.rows.replace(index, make(this.rows.get(index)));
    return 'changed';
  }

  #keepLate(events: readonly RoomEvent[]): void {
    if (!this.#late) return;
    if (this.#late.length + events.length > lateEventsKept) {
      this.#late = [];
      this.#lateIsWhole = false;
    }
    this.#late.push(...events);
  }

  /** What happened while the page was on its way is done to it too. */
  #endLoad(): Outcome {
    const late = this.#late ?? [];
    this.#late = undefined;
    if (!this.#lateIsWhole) return 'stale';
    const unseen = this.unseen;
    const outcome = this.apply(late);
    // These have been counted when they came.
    this.unseen = unseen;
    return outcome === 'stale' ? outcome : 'changed';
  }

  #trimFront(): void {
    const { first } = this.rows;
    this.rows.trimFront();
    if (this.rows.first === first) return;
    this.reachesBegin = false;
    // Entries of rows that are gone are found out by `indexOf`; now and then they go together.
    if (this.#indexes.size < 2 * this.limits.rows) return;
    for (const [id, index] of this.#indexes) if (index < this.rows.first) this.#indexes.delete(id);
  }
}

function rowsOf(page: readonly Message[]): ChatRow[] {
  return page.map(chatRow).filter((row) => row !== undefined);
}

/** Letters that are the same to a reader are the same here. */
function folded(text: string): string {
  return text.normalize('NFKC').toLocaleLowerCase();
}

function weightOf(row: ChatRow): number {
  return row.text.length + 40 * row.reactions.length;
}
