import type { RoomEvent } from '../api/types';
import type { LiveState } from '../live/machine';
import { SocketWorker } from '../live/socket_worker';
import { session } from '../session.svelte';
import type { FromWorker, Glimpse, ToWorker } from './protocol';
import type { Presence } from './wire';
import RpcWorker from './worker?worker';

export interface LinkListener {
  events(room: string, events: RoomEvent[]): void;
  glimpses(glimpses: Glimpse[]): void;
  typing(room: string, username: string, userId: number | undefined): void;
  presence(presence: Presence): void;
  refused(room: string, message: string): void;
  resumed(count: number, whole: boolean): void;
  state(state: LiveState): void;
}

/** The page's end of the socket that all rooms share; the socket itself lives in a worker. */
export class Link {
  state: LiveState = $state.raw({ kind: 'idle' });
  readonly #worker = new SocketWorker<ToWorker, FromWorker>(
    () => new RpcWorker(),
    (message) => this.#hear(message),
  );

  constructor(private readonly listener: Partial<LinkListener>) {}

  /** Anew, as the holder of this session; rooms have to be followed again. */
  start(token: string | undefined, me: number | undefined): void {
    this.state = { kind: 'idle' };
    this.#worker.start();
    this.#worker.tell({ do: 'start', token, me });
  }

  stop(): void {
    this.#worker.stop();
    this.state = { kind: 'idle' };
  }

  retry(): void {
    this.#worker.tell({ do: 'retry' });
  }

  /** Events of this room are handed over one by one from now on; those of others are only counted. */
  watch(room: string): void {
    this.#worker.tell({ do: 'watch', room });
  }

  follow(room: string, after: string): void {
    this.#worker.tell({ do: 'follow', room, after });
  }

  leave(room: string): void {
    this.#worker.tell({ do: 'leave', room });
  }

  typing(room: string, username: string): void {
    this.#worker.tell({ do: 'typing', room, username });
  }

  #hear(message: FromWorker): void {
    switch (message.on) {
      case 'state':
        this.state = message.state;
        if (message.state.kind === 'refused' && message.state.status === 401) void session.check();
        return this.listener.state?.(message.state);
      case 'events':
        this.listener.events?.(message.room, message.events);
        return this.#worker.tell({ do: 'more' });
      case 'glimpses':
        return this.listener.glimpses?.(message.glimpses);
      case 'typing':
        return this.listener.typing?.(message.room, message.username, message.userId);
      case 'presence':
        return this.listener.presence?.(message.presence);
      case 'refused':
        return this.listener.refused?.(message.room, message.message);
      case 'resumed':
        return this.listener.resumed?.(message.count, message.whole);
    }
  }
}
