import { parsePosition } from '../position';
import type { HoleRow, Row } from './row';

/**
 * Rows on their way from the worker to the page. Bounded: when the page does not take them, the oldest give way to a hole that
 * says so.
 */
export class Batch {
  #rows: Row[] = [];
  #skipped: HoleRow | undefined;

  constructor(private readonly capacity: number) {}

  get empty(): boolean {
    return this.#rows.length === 0;
  }

  push(row: Row): void {
    this.#rows.push(row);
    if (this.#rows.length > this.capacity) this.#skip(Math.ceil(this.capacity / 2));
  }

  take(): Row[] {
    const rows = this.#skipped ? [this.#skipped, ...this.#rows] : this.#rows;
    this.#rows = [];
    this.#skipped = undefined;
    return rows;
  }

  #skip(count: number): void {
    const gone = this.#rows.splice(0, count);
    const first = gone[0]!;
    const from = this.#skipped ? this.#skipped.from : first.kind === 'hole' ? first.from : first.pos;
    const hole: HoleRow = { kind: 'hole', to: endOf(gone[gone.length - 1]!) };
    const sameHistory = from !== undefined && parsePosition(from)?.epoch === parsePosition(hole.to)?.epoch;
    if (sameHistory) hole.from = from;
    this.#skipped = hole;
  }
}

/** The last position that a row stands for. */
export function endOf(row: Row): string {
  return row.kind === 'hole' ? row.to : row.pos;
}
