import { session } from '../session.svelte';
import type { FromWriter, ToWriter } from './protocol';
import { nextSeq, saveNextSeq } from './sequence';
import WriteWorker from './worker?worker';
import type { Progress } from './writer';

export const largestRate = 1000;

/** The stream of messages this page writes. It goes on while one looks at another page. */
class WriteStream {
  room = $state('');
  rate = $state(0);
  progress: Progress | undefined = $state.raw();
  readonly running = $derived(this.progress?.running ?? false);
  #worker: Worker | undefined;

  /** As the holder of `session`, or as somebody who calls themselves `author`. */
  start(room: string, rate: number, longest: number, author: string, session: string | undefined): void {
    this.room = room;
    this.rate = rate;
    if (!this.#worker) {
      this.#worker = new WriteWorker();
      this.#worker.onmessage = ({ data }: MessageEvent<FromWriter>) => this.#hear(data.progress);
    }
    this.#tell({ do: 'start', room, rate, firstSeq: nextSeq(room), longest, author, session });
  }

  stop(): void {
    this.#tell({ do: 'stop' });
  }

  retryFailed(): void {
    this.#tell({ do: 'retry_failed' });
  }

  #hear(progress: Progress): void {
    if (progress.refused && progress.error?.status === 401 && this.progress?.running) void session.check();
    this.progress = progress;
    // While it runs, some numbers more are set aside: a page that is closed between two reports repeats none.
    saveNextSeq(this.room, progress.nextSeq + (progress.running ? this.rate : 0));
  }

  #tell(message: ToWriter): void {
    this.#worker?.postMessage(message);
  }
}

export const stream = new WriteStream();
