import type { LiveState } from './machine';
import type { FromWorker, ToWorker } from './protocol';
import type { Row } from './row';
import LiveWorker from './worker?worker';

export interface LiveListener {
  rows(rows: Row[]): void;
  resumed(count: number, whole: boolean): void;
}

/** The page's end of one live subscription; the socket itself lives in a worker. */
export class LiveConnection {
  state: LiveState = $state.raw({ kind: 'idle' });
  #worker: Worker | undefined;

  constructor(private readonly listener: LiveListener) {}

  start(room: string, after: string): void {
    this.stop();
    const worker = new LiveWorker();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#tell({ do: 'start', room, after });
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

  readonly #retry = () => this.retry();

  readonly #doubt = () => {
    if (document.visibilityState === 'visible') this.#tell({ do: 'doubt' });
  };

  #hear(message: FromWorker): void {
    switch (message.on) {
      case 'state':
        this.state = message.state;
        return;
      case 'rows':
        this.listener.rows(message.rows);
        return this.#tell({ do: 'more' });
      case 'resumed':
        return this.listener.resumed(message.count, message.whole);
    }
  }

  #tell(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
