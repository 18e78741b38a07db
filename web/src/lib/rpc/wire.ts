// The frames of `/rpc` (JSON-RPC 2.0): what is sent, and what a received frame says. Nothing else knows how they look.
import type { Problem, RoomEvent, Subscribed, User } from '../api/types';
import { parseFrame } from '../live/socket';

export interface RpcError {
  code: number;
  message: string;
  data?: Problem;
}

/** The list of rooms is followed like a room, under this name. */
export const roomsLog = ':rooms';

/** Somebody has come to a room or gone; nobody is named when it was more than one, or the room is large. */
export interface Presence {
  room: string;
  /** How many are there now. */
  count: number;
  user?: User;
  active?: boolean;
}

export type Received =
  | { on: 'answer'; id: number; result: unknown }
  | { on: 'error'; id: number; error: RpcError }
  | { on: 'event'; room: string; event: RoomEvent }
  | { on: 'typing'; room: string; userId?: number; username: string }
  | { on: 'presence'; presence: Presence }
  | { on: 'other' };

export const subscribeFrame = (id: number, room: string, after: string) =>
  call(id, 'chat.Subscribe', { room, on_slow: 'gap', ...(after === '' ? {} : { after }) });
export const unsubscribeFrame = (id: number, room: string) => call(id, 'chat.Unsubscribe', { room });
export const headFrame = (id: number, room: string) => call(id, 'chat.GetRoom', { room });
export const pingFrame = (id: number) => call(id, 'ping', {});
/** Nobody waits for the answer to this one. */
export const typingFrame = (room: string, username: string) =>
  JSON.stringify({ jsonrpc: '2.0', method: 'chat.SendTyping', params: { room, username } });

function call(id: number, method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function readFrame(data: unknown): Received {
  const frame = parseFrame(data);
  if (typeof frame['id'] === 'number') {
    return frame['error'] === undefined
      ? { on: 'answer', id: frame['id'], result: frame['result'] }
      : { on: 'error', id: frame['id'], error: frame['error'] as RpcError };
  }
  const params = frame['params'] as Record<string, unknown> | undefined;
  if (typeof params?.['room'] !== 'string') return { on: 'other' };
  if (frame['method'] === 'chat.Event') return { on: 'event', room: params['room'], event: params as RoomEvent };
  if (frame['method'] === 'chat.Typing' && typeof params['username'] === 'string') {
    const typing: Received = { on: 'typing', room: params['room'], username: params['username'] };
    return typeof params['user_id'] === 'number' ? { ...typing, userId: params['user_id'] } : typing;
  }
  if (frame['method'] === 'chat.Presence' && typeof params['active_users'] === 'number') {
    const presence: Presence = { room: params['room'], count: params['active_users'] };
    const { user_id: id, username } = params;
    if (typeof id !== 'number' || typeof username !== 'string') return { on: 'presence', presence };
    return { on: 'presence', presence: { ...presence, user: { id, username }, active: params['active'] === true } };
  }
  return { on: 'other' };
}

/** The beginning of a subscription, if this answer tells it. */
export function subscribedOf(result: unknown): Subscribed | undefined {
  const body = result as (Subscribed & { subscribed?: Subscribed }) | undefined;
  if (body?.subscribed) return body.subscribed;
  return typeof body?.pos === 'string' ? body : undefined;
}

/** The position at which an event stands, and nothing for those without one. */
export function positionOf(event: RoomEvent): string | undefined {
  if (event.gap) return event.gap.to;
  const { subscribed: _1, gap: _2, ...changes } = event;
  for (const change of Object.values(changes) as ({ pos?: string } | undefined)[]) {
    if (typeof change?.pos === 'string') return change.pos;
  }
  return undefined;
}
