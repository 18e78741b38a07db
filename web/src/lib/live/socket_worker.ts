type Nudge = { do: 'retry' } | { do: 'doubt' };

/** The page's end of a worker that holds a socket; tells it when the network or the user may have come back. */
export class SocketWorker<ToWorker, FromWorker> {
  #worker: Worker | undefined;

  constructor(
    private readonly make: () => Worker,
    private readonly hear: (message: FromWorker) => void,
  ) {}

  start(): void {
    this.stop();
    this.#worker = this.make();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data);
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
  }

  tell(message: ToWorker | Nudge): void {
    this.#worker?.postMessage(message);
  }

  readonly #retry = () => this.tell({ do: 'retry' });

  readonly #doubt = () => {
    if (document.visibilityState === 'visible') this.tell({ do: 'doubt' });
  };
}
