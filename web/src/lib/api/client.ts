// The public API over fetch. Knows no page: workers use it too.
import { ApiError, retryAfterMs } from './errors';
import { parseJson } from './json';
import type { Health, ListQuery, Message, NewMessage, Problem, Room, Stats, Version } from './types';

const requestTimeoutMs = 10_000;
/** So many rooms the server lists at once. */
export const roomsPage = 500;

/** What one request told of the server: whether it was reached. */
export type ReachListener = (reached: boolean) => void;

let reachListener: ReachListener = () => {};

/** Calls `listener` after every request with whether the server answered. */
export function onReach(listener: ReachListener): void {
  reachListener = listener;
}

let secret: string | undefined;
let refusedListener: () => void = () => {};

/** From now on every request acts as this session; nothing: as nobody. */
export function actAs(session: string | undefined): void {
  secret = session;
}

/** Calls `listener` when the server does not know the session any more. */
export function onRefused(listener: () => void): void {
  refusedListener = listener;
}

/** As whom a request is sent; goes to `heard` with its end. */
export const actor = (): string | undefined => secret;

/** Every request ends here, whoever sends it: with the answer's status, or 0 when there was none. */
export function heard(status: number, acting: string | undefined): void {
  reachListener(status !== 0);
  if (status === 401 && acting !== undefined && acting === secret) refusedListener();
}

export const api = {
  version: (signal?: AbortSignal) => get<Version>('/version', {}, signal),
  /** As the holder of an API key when there is one. */
  stats: (key?: string) => request<Stats>('GET', '/stats', undefined, undefined, false, key),
  health: (signal?: AbortSignal) => get<Health>('/health', {}, signal),
  /** The rooms behind the first `offset`, the oldest first: `roomsPage` of them, or fewer when these are the last. */
  rooms: (offset = 0, signal?: AbortSignal) => get<Room[]>('/api/v1/rooms', { limit: roomsPage, offset }, signal),
  room: (room: string, signal?: AbortSignal) => get<Room>(roomPath(room), {}, signal),
  messages: (room: string, query: ListQuery, signal?: AbortSignal) =>
    get<Message[]>(`${roomPath(room)}/messages`, { ...query }, signal),
  message: (id: number, signal?: AbortSignal) => get<Message>(`/api/v1/messages/${id}`, {}, signal),
  send: (room: string, message: NewMessage, signal?: AbortSignal) =>
    request<Message>('POST', `${roomPath(room)}/messages`, message, signal),
};

export function roomPath(room: string): string {
  return `/api/v1/rooms/${encodeURIComponent(room)}`;
}

export function get<T>(
  path: string,
  query: Record<string, string | number | undefined>,
  signal?: AbortSignal,
): Promise<T> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return request<T>('GET', text === '' ? path : `${path}?${text}`, undefined, signal);
}

/** `keepalive` finishes the call even when the page is closed. Throws ApiError, or the signal's AbortError when the caller gave up. */
export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  keepalive = false,
  acting = actor(),
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), requestTimeoutMs);
  const giveUp = () => timeout.abort();
  signal?.addEventListener('abort', giveUp);
  try {
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      keepalive,
      signal: timeout.signal,
      headers: {
        ...(acting === undefined ? {} : { Authorization: `Bearer ${acting}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await readJson(response);
    heard(response.status, acting);
    if (!response.ok) {
      throw new ApiError(response.status, (answer ?? {}) as Problem, retryAfterMs(response.headers.get('Retry-After')));
    }
    return answer as T;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (signal?.aborted) throw new DOMException('given up', 'AbortError');
    heard(0, acting);
    throw new ApiError(0, {});
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** The body as JSON; nothing when it is no JSON, as from a proxy in front of the server. Throws when the connection breaks. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
