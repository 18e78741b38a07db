import type { RoomEvent } from '../api/types';
import { positionOf } from './wire';

/** Events on their way to the page. Bounded: when the page does not take them, the oldest become a gap that says so. */
export class EventBatch {
  #events: RoomEvent[] = [];

  constructor(private readonly capacity: number) {}

  get empty(): boolean {
    return this.#events.length === 0;
  }

  push(event: RoomEvent): void {
    this.#events.push(event);
    if (this.#events.length <= this.capacity) return;
    const gone = this.#events.splice(0, Math.ceil(this.capacity / 2));
    const to = positionOf(gone[gone.length - 1]!);
    if (to !== undefined) this.#events.unshift({ gap: { to } });
  }

  take(): RoomEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
