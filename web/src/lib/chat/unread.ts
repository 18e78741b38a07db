import type { UnreadRoom } from '../api/types';

/** How many messages of each room have not been read, and up to where they have been. */
export class UnreadCounts {
  readonly counts: ReadonlyMap<string, number>;
  readonly cursors: ReadonlyMap<string, string>;

  constructor(counts?: ReadonlyMap<string, number>, cursors?: ReadonlyMap<string, string>) {
    this.counts = counts ?? new Map();
    this.cursors = cursors ?? new Map();
  }

  of(room: string): number {
    return this.counts.get(room) ?? 0;
  }

  get total(): number {
    let sum = 0;
    for (const count of this.counts.values()) sum += count;
    return sum;
  }

  /** The server's own counts, in place of all others. */
  static from(rooms: readonly UnreadRoom[]): UnreadCounts {
    return new UnreadCounts(
      new Map(rooms.map(({ room, unread }) => [room, unread])),
      new Map(rooms.map(({ room, pos }) => [room, pos])),
    );
  }

  /** `count` more have come. */
  added(room: string, count: number): UnreadCounts {
    if (count === 0) return this;
    return new UnreadCounts(new Map(this.counts).set(room, this.of(room) + count), this.cursors);
  }

  /** All of the room up to `pos` has been read. */
  read(room: string, pos: string): UnreadCounts {
    return new UnreadCounts(new Map(this.counts).set(room, 0), new Map(this.cursors).set(room, pos));
  }

  without(room: string): UnreadCounts {
    const counts = new Map(this.counts);
    const cursors = new Map(this.cursors);
    counts.delete(room);
    cursors.delete(room);
    return new UnreadCounts(counts, cursors);
  }
}
