// What the page and the worker that holds its socket say to each other.
import type { LiveState } from './machine';
import type { Row } from './row';

export type ToWorker =
  | { do: 'start'; room: string; after: string; session: string | undefined }
  | { do: 'stop' }
  | { do: 'retry' }
  | { do: 'doubt' }
  /** The last batch has been taken; the next one may come. */
  | { do: 'more' };

export type FromWorker =
  { on: 'state'; state: LiveState } | { on: 'rows'; rows: Row[] } | { on: 'resumed'; count: number; whole: boolean };
