// What the page and the worker that writes the stream say to each other.
import type { Progress } from './writer';

export type ToWriter =
  | {
      do: 'start';
      room: string;
      rate: number;
      firstSeq: number;
      longest: number;
      author: string;
      session: string | undefined;
    }
  | { do: 'stop' }
  | { do: 'retry_failed' };

export type FromWriter = { on: 'progress'; progress: Progress };
