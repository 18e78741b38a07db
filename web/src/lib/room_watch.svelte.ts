import { api } from './api/client';
import type { Room } from './api/types';
import { closingOf, type Closing } from './live/closing';
import { Link } from './rpc/link.svelte';
import type { Glimpse } from './rpc/protocol';
import { roomsLog } from './rpc/wire';
import { session } from './session.svelte';

/** A room for those who do not read it: its rules, and at once that it was closed. */
export class RoomWatch {
  room: Room | undefined = $state.raw();
  failure: unknown = $state.raw();
  closed: Closing | undefined = $state();
  readonly #link = new Link({ glimpses: (glimpses) => this.#hear(glimpses) });
  readonly #loads = new AbortController();

  constructor(private readonly name: string) {}

  start(): void {
    this.#link.start(session.secret, session.user?.id);
    this.#link.follow(roomsLog, '');
    void this.load();
  }

  stop(): void {
    this.#loads.abort();
    this.#link.stop();
  }

  async load(): Promise<void> {
    const { signal } = this.#loads;
    try {
      const room = await api.room(this.name, signal);
      if (signal.aborted) return;
      this.room = room;
      this.failure = undefined;
    } catch (error) {
      if (!signal.aborted) this.failure = error;
    }
  }

  #hear(glimpses: readonly Glimpse[]): void {
    for (const { listed, unlisted, gap, subscribed } of glimpses.flatMap(({ changes }) => changes)) {
      if (unlisted && unlisted.id === this.room?.id) this.closed = closingOf(unlisted);
      // Of what was missed, the room itself tells.
      if (gap || subscribed || listed?.id === this.room?.id) void this.load();
    }
  }
}
