import type { LiveState } from './machine';
import type { FromWorker, ToWorker } from './protocol';
import type { Row } from './row';
import { session } from '../session.svelte';
import { SocketWorker } from './socket_worker';
import LiveWorker from './worker?worker';

export interface LiveListener {
  rows(rows: Row[]): void;
  resumed(count: number, whole: boolean): void;
}

/** The page's end of one live subscription; the socket itself lives in a worker. */
export class LiveConnection {
  state: LiveState = $state.raw({ kind: 'idle' });
  readonly #worker = new SocketWorker<ToWorker, FromWorker>(
    () => new LiveWorker(),
    (message) => this.#hear(message),
  );

  constructor(private readonly listener: LiveListener) {}

  /** As the holder of this session, or as nobody. */
  start(room: string, after: string, session: string | undefined): void {
    this.state = { kind: 'idle' };
    this.#worker.start();
    this.#worker.tell({ do: 'start', room, after, session });
  }

  stop(): void {
    this.#worker.stop();
    this.state = { kind: 'idle' };
  }

  retry(): void {
    this.#worker.tell({ do: 'retry' });
  }

  #hear(message: FromWorker): void {
    switch (message.on) {
      case 'state':
        this.state = message.state;
        if (message.state.kind === 'refused' && message.state.status === 401) void session.check();
        return;
      case 'rows':
        this.listener.rows(message.rows);
        return this.#worker.tell({ do: 'more' });
      case 'resumed':
        return this.listener.resumed(message.count, message.whole);
    }
  }
}
