// What the page and the worker that holds its socket say to each other.
import type { RoomEvent } from '../api/types';
import type { LiveState } from '../live/machine';
import type { Presence } from './wire';

export type ToWorker =
  | { do: 'start'; token: string | undefined; me: number | undefined }
  | { do: 'retry' }
  | { do: 'doubt' }
  | { do: 'watch'; room: string }
  | { do: 'follow'; room: string; after: string }
  | { do: 'leave'; room: string }
  | { do: 'typing'; room: string; username: string }
  /** The last batch has been taken; the next one may come. */
  | { do: 'more' };

/** What happened in a room that is not on the screen: counted, not kept. */
export interface Glimpse {
  room: string;
  pos: string;
  /** Messages of others since the last glimpse. */
  messages: number;
  at?: string;
  /** Changes of the room itself, in order. */
  changes: RoomEvent[];
}

export type FromWorker =
  | { on: 'state'; state: LiveState }
  /** Events of the watched room. */
  | { on: 'events'; room: string; events: RoomEvent[] }
  | { on: 'glimpses'; glimpses: Glimpse[] }
  | { on: 'typing'; room: string; userId?: number; username: string }
  | { on: 'presence'; presence: Presence }
  | { on: 'refused'; room: string; message: string }
  | { on: 'resumed'; count: number; whole: boolean };
