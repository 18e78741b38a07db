// A long list that grows at both ends, with the height of every row: the model under the virtual list.

const chunkRows = 256;

interface Chunk<T> {
  rows: (T | undefined)[];
  heights: Float64Array;
  /** Rows present are [begin, end). */
  begin: number;
  end: number;
  height: number;
  weight: number;
}

/** How many rows, and how much of what `weigh` counts, a list may hold. */
export interface Limits {
  rows: number;
  weight: number;
}

/**
 * Rows have an index that never changes while they are in the list: a new first row gets `first - 1`, a new last one `end`.
 * Rows are kept in chunks of 256 with the sum of their heights, so finding a row by its place on the screen looks at some
 * hundred numbers, and dropping old rows costs nothing.
 */
export class RowList<T> {
  #chunks: Chunk<T>[] = [];
  #firstChunk = 0;
  #first = 0;
  #end = 0;
  #height = 0;
  #weight = 0;

  /** `estimate` guesses a row's height in pixels until it is measured, `weigh` its share of memory. */
  constructor(
    private readonly limits: Limits,
    private readonly estimate: (row: T) => number,
    private readonly weigh: (row: T) => number,
  ) {}

  get first(): number {
    return this.#first;
  }

  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#first;
  }

  /** Height of all rows in pixels. */
  get height(): number {
    return this.#height;
  }

  /** Whether rows of this number and weight can be added without dropping others. */
  fits(count: number, weight: number): boolean {
    return this.length + count <= this.limits.rows && this.#weight + weight <= this.limits.weight;
  }

  get(index: number): T {
    return this.#chunkOf(index).rows[index & (chunkRows - 1)] as T;
  }

  push(row: T): void {
    const slot = this.#end & (chunkRows - 1);
    if (this.length === 0) this.#restart(this.#end, slot);
    else if (slot === 0) this.#chunks.push(newChunk(0));
    const chunk = this.#chunks[this.#chunks.length - 1]!;
    this.#put(chunk, slot, row);
    chunk.end = slot + 1;
    ++this.#end;
  }

  /** Another row in the place of this one; its height is guessed anew. */
  replace(index: number, row: T): void {
    const chunk = this.#chunkOf(index);
    const slot = index & (chunkRows - 1);
    const weight = this.weigh(row) - this.weigh(chunk.rows[slot] as T);
    chunk.rows[slot] = row;
    chunk.weight += weight;
    this.#weight += weight;
    this.setHeight(index, this.estimate(row));
  }

  /** Puts rows in front; `rows` is in reading order. */
  prepend(rows: readonly T[]): void {
    for (let i = rows.length - 1; i >= 0; --i) this.#unshift(rows[i]!);
  }

  clear(): void {
    this.#chunks = [];
    this.#first = this.#end;
    this.#height = 0;
    this.#weight = 0;
  }

  /** Drops the oldest rows, so that no more than `rows` stay. */
  keepLast(rows: number): void {
    while (this.length > rows) {
      const chunk = this.#chunks[0]!;
      const slot = chunk.begin++;
      const row = chunk.rows[slot] as T;
      const weight = this.weigh(row);
      chunk.rows[slot] = undefined;
      chunk.height -= chunk.heights[slot]!;
      chunk.weight -= weight;
      this.#height -= chunk.heights[slot]!;
      this.#weight -= weight;
      ++this.#first;
      if (chunk.begin < chunk.end) continue;
      this.#chunks.shift();
      ++this.#firstChunk;
    }
  }

  /** Drops the oldest rows, chunk by chunk, as far as the limits are still used up without them. */
  trimFront(): void {
    while (this.#isSpare(this.#chunks[0])) {
      const chunk = this.#chunks.shift()!;
      ++this.#firstChunk;
      this.#first += chunk.end - chunk.begin;
      this.#forget(chunk);
    }
  }

  /** The same at the other end; returns the rows that were dropped. */
  trimBack(): T[] {
    const dropped: T[] = [];
    while (this.#isSpare(this.#chunks[this.#chunks.length - 1])) {
      const chunk = this.#chunks.pop()!;
      this.#end -= chunk.end - chunk.begin;
      this.#forget(chunk);
      dropped.unshift(...(chunk.rows.slice(chunk.begin, chunk.end) as T[]));
    }
    return dropped;
  }

  heightOf(index: number): number {
    return this.#chunkOf(index).heights[index & (chunkRows - 1)]!;
  }

  /** Returns whether the height is another one than before. */
  setHeight(index: number, height: number): boolean {
    const chunk = this.#chunkOf(index);
    const slot = index & (chunkRows - 1);
    const difference = height - chunk.heights[slot]!;
    if (Math.abs(difference) < 0.01) return false;
    chunk.heights[slot] = height;
    chunk.height += difference;
    this.#height += difference;
    return true;
  }

  /** Forgets what was measured, as after a change of width. */
  estimateAgain(): void {
    this.#height = 0;
    for (const chunk of this.#chunks) {
      chunk.height = 0;
      for (let slot = chunk.begin; slot < chunk.end; ++slot) {
        chunk.heights[slot] = this.estimate(chunk.rows[slot] as T);
        chunk.height += chunk.heights[slot]!;
      }
      this.#height += chunk.height;
    }
  }

  /** Distance of the row's upper edge from the upper edge of the list. */
  offsetOf(index: number): number {
    const number = this.#chunkNumber(index);
    let offset = 0;
    for (let i = 0; i < number; ++i) offset += this.#chunks[i]!.height;
    const chunk = this.#chunks[number];
    if (!chunk) return offset;
    const slot = index - (this.#firstChunk + number) * chunkRows;
    for (let i = chunk.begin; i < slot; ++i) offset += chunk.heights[i]!;
    return offset;
  }

  /** The row at this distance from the upper edge; the nearest one when there is none. */
  indexAt(offset: number): number {
    let top = 0;
    for (let number = 0; number < this.#chunks.length; ++number) {
      const chunk = this.#chunks[number]!;
      if (top + chunk.height > offset) {
        let slot = chunk.begin;
        while (slot < chunk.end - 1 && top + chunk.heights[slot]! <= offset) top += chunk.heights[slot++]!;
        return (this.#firstChunk + number) * chunkRows + slot;
      }
      top += chunk.height;
    }
    return Math.max(this.#first, this.#end - 1);
  }

  #unshift(row: T): void {
    const index = this.#first - 1;
    const slot = index & (chunkRows - 1);
    if (this.length === 0) {
      this.#restart(index, slot + 1);
    } else if (slot === chunkRows - 1) {
      this.#chunks.unshift(newChunk(chunkRows));
      --this.#firstChunk;
    }
    const chunk = this.#chunks[0]!;
    this.#put(chunk, slot, row);
    chunk.begin = slot;
    --this.#first;
  }

  #restart(index: number, begin: number): void {
    this.#firstChunk = Math.floor(index / chunkRows);
    this.#chunks = [newChunk(begin)];
  }

  #isSpare(chunk: Chunk<T> | undefined): boolean {
    if (!chunk || this.#chunks.length === 1) return false;
    const rows = this.length - (chunk.end - chunk.begin);
    return rows >= this.limits.rows || this.#weight - chunk.weight >= this.limits.weight;
  }

  #forget(chunk: Chunk<T>): void {
    this.#height -= chunk.height;
    this.#weight -= chunk.weight;
  }

  #put(chunk: Chunk<T>, slot: number, row: T): void {
    const height = this.estimate(row);
    const weight = this.weigh(row);
    chunk.rows[slot] = row;
    chunk.heights[slot] = height;
    chunk.height += height;
    chunk.weight += weight;
    this.#height += height;
    this.#weight += weight;
  }

  #chunkNumber(index: number): number {
    return Math.floor(index / chunkRows) - this.#firstChunk;
  }

  #chunkOf(index: number): Chunk<T> {
    return this.#chunks[this.#chunkNumber(index)]!;
  }
}

function newChunk<T>(begin: number): Chunk<T> {
  return {
    rows: new Array<T | undefined>(chunkRows),
    heights: new Float64Array(chunkRows),
    begin,
    end: begin,
    height: 0,
    weight: 0,
  };
}
