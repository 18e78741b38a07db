import type { RoomEvent } from '../api/types';
import type { LiveState } from '../live/machine';
import type { FromWorker, Glimpse, ToWorker } from './protocol';
import RpcWorker from './worker?worker';

export interface LinkListener {
  events(room: string, events: RoomEvent[]): void;
  glimpses(glimpses: Glimpse[]): void;
  typing(room: string, username: string, userId: number | undefined): void;
  refused(room: string, message: string): void;
  resumed(count: number, whole: boolean): void;
  state(state: LiveState): void;
}

/** The page's end of the socket that all rooms share; the socket itself lives in a worker. */
export class Link {
  state: LiveState = $state.raw({ kind: 'idle' });
  #worker: Worker | undefined;

  constructor(private readonly listener: LinkListener) {}

  /** Anew, as the holder of this session; rooms have to be followed again. */
  start(token: string | undefined, me: number | undefined): void {
    this.stop();
    const worker = new RpcWorker();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#tell({ do: 'start', page: location.href, token, me });
    addEventListener('online', this.#retry);
    addEventListener('offline', this.#doubt);
    document.addEventListener('visibilitychange', this.#doubt);
  }

  stop(): void {
    removeEventListener('online', this.#retry);
    removeEventListener('offline', this.#doubt);
    document.removeEventListener('visibilitychange', this.#doubt);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.state = { kind: 'idle' };
  }

  retry(): void {
    this.#tell({ do: 'retry' });
  }

  /** Events of this room are handed over one by one from now on; those of others are only counted. */
  watch(room: string): void {
    this.#tell({ do: 'watch', room });
  }

  follow(room: string, after: string): void {
    this.#tell({ do: 'follow', room, after });
  }

  leave(room: string): void {
    this.#tell({ do: 'leave', room });
  }

  typing(room: string, username: string): void {
    this.#tell({ do: 'typing', room, username });
  }

  readonly #retry = () => this.retry();

  readonly #doubt = () => {
    if (document.visibilityState === 'visible') this.#tell({ do: 'doubt' });
  };

  #hear(message: FromWorker): void {
    switch (message.on) {
      case 'state':
        this.state = message.state;
        return this.listener.state(message.state);
      case 'events':
        this.listener.events(message.room, message.events);
        return this.#tell({ do: 'more' });
      case 'glimpses':
        return this.listener.glimpses(message.glimpses);
      case 'typing':
        return this.listener.typing(message.room, message.username, message.userId);
      case 'refused':
        return this.listener.refused(message.room, message.message);
      case 'resumed':
        return this.listener.resumed(message.count, message.whole);
    }
  }

  #tell(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
