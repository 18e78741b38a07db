import type { MessageRow, Row } from '../live/row';
import { RowList, type Limits } from './row_list';

/** `following`: new rows appear at the end. `reading`: they join below, unseen. `paused`: they wait behind the list. */
export type Hold = 'following' | 'reading' | 'paused';

/**
 * The rows of the live page. Bounded in number and in text: while new rows arrive the oldest go; while someone reads above,
 * nothing that is on the screen goes, and what no longer fits below waits behind the list.
 */
export class Timeline {
  readonly rows: RowList<Row>;
  hold: Hold = 'following';
  /** Rows that came since the reader left the end. */
  unseen = 0;

  #behind: Row[] = [];
  #behindWeight = 0;
  #behindIsWhole = true;

  constructor(
    private readonly limits: Limits,
    estimate: (row: Row) => number,
  ) {
    this.rows = new RowList<Row>(limits, estimate, weightOf);
  }

  append(rows: readonly Row[]): void {
    if (this.hold === 'following') {
      this.#push(rows);
      this.rows.trimFront();
      return;
    }
    this.unseen += rows.length;
    const joins = this.hold === 'reading' && this.reachesEnd && this.rows.fits(rows.length, weightOfAll(rows));
    if (joins) this.#push(rows);
    else this.#wait(rows);
  }

  /** Older rows, in reading order. When the list is full, its newest rows go behind it. */
  prepend(rows: readonly Row[]): void {
    this.rows.prepend(rows);
    const dropped = this.rows.trimBack();
    if (dropped.length === 0) return;
    this.#behind = [...dropped, ...this.#behind];
    this.#behindWeight += weightOfAll(dropped);
    this.#limitBehind();
  }

  /** To the end again. Returns whether the rows go on without a break from what was shown. */
  follow(): boolean {
    const whole = this.#behindIsWhole;
    if (!whole) this.rows.clear();
    this.#push(this.#behind);
    this.rows.trimFront();
    this.#behind = [];
    this.#behindWeight = 0;
    this.#behindIsWhole = true;
    this.hold = 'following';
    this.unseen = 0;
    return whole;
  }

  clear(): void {
    this.follow();
    this.rows.clear();
  }

  /** Whether the last row of the list is the newest of all. */
  get reachesEnd(): boolean {
    return this.#behind.length === 0;
  }

  /** The oldest message in the list. */
  get oldest(): MessageRow | undefined {
    for (let i = this.rows.first; i < this.rows.end; ++i) {
      const row = this.rows.get(i);
      if (row.kind === 'message') return row;
    }
    return undefined;
  }

  #push(rows: readonly Row[]): void {
    for (const row of rows) this.rows.push(row);
  }

  #wait(rows: readonly Row[]): void {
    for (const row of rows) this.#behind.push(row);
    this.#behindWeight += weightOfAll(rows);
    this.#limitBehind();
  }

  /** Half of the waiting rows go at once, so that this is rarely done. */
  #limitBehind(): void {
    while (this.#behind.length > this.limits.rows || this.#behindWeight > this.limits.weight) {
      const dropped = this.#behind.splice(0, Math.ceil(this.#behind.length / 2));
      this.#behindWeight -= weightOfAll(dropped);
      this.#behindIsWhole = false;
    }
  }
}

function weightOf(row: Row): number {
  return row.kind === 'message' ? row.text.length : 0;
}

function weightOfAll(rows: readonly Row[]): number {
  let weight = 0;
  for (const row of rows) weight += weightOf(row);
  return weight;
}
