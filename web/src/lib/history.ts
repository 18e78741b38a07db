// What the history page shows, as it stands in the address.
import type { ListQuery } from './api/types';

export const ranges = ['1m', '10m', '1h', '1d', 'all', 'custom'] as const;
export type Range = (typeof ranges)[number];
export const pageSizes = [25, 50, 100, 250] as const;

export interface HistoryQuery {
  room: string;
  range: Range;
  /** With `custom`: milliseconds since 1970. */
  from?: number;
  to?: number;
  /** The page: messages before or after this position; the newest ones without. */
  before?: string;
  after?: string;
  size: number;
}

/** From `from` on and before `to`, in milliseconds; a missing end is open. */
export interface Span {
  from?: number;
  to?: number;
}

const lengthsMs: Partial<Record<Range, number>> = { '1m': 60_000, '10m': 600_000, '1h': 3_600_000, '1d': 86_400_000 };

/** Whatever is missing or makes no sense gets its default: the room `stream`, the last 10 minutes, 50 on a page. */
export function readQuery(query: URLSearchParams): HistoryQuery {
  const range = ranges.find((known) => known === query.get('range'));
  const read: HistoryQuery = {
    room: query.get('room') ?? 'stream',
    range: range ?? '10m',
    size: pageSizes.find((size) => String(size) === query.get('size')) ?? 50,
  };
  const from = Date.parse(query.get('from') ?? '');
  const to = Date.parse(query.get('to') ?? '');
  if (!Number.isNaN(from)) read.from = from;
  if (!Number.isNaN(to)) read.to = to;
  if (!range && (read.from !== undefined || read.to !== undefined)) read.range = 'custom';
  const before = query.get('before');
  const after = query.get('after');
  if (before) read.before = before;
  else if (after) read.after = after;
  return read;
}

/** The other way; defaults are left out. */
export function writeQuery(query: HistoryQuery): Record<string, string | undefined> {
  const custom = query.range === 'custom';
  return {
    room: query.room,
    range: query.range,
    from: custom && query.from !== undefined ? new Date(query.from).toISOString() : undefined,
    to: custom && query.to !== undefined ? new Date(query.to).toISOString() : undefined,
    before: query.before,
    after: query.after,
    size: query.size === 50 ? undefined : String(query.size),
  };
}

/** The range in absolute times, so that all pages of one look are of the same. */
export function resolve(query: HistoryQuery, now: number): Span {
  if (query.range === 'all') return {};
  if (query.range !== 'custom') return { from: now - lengthsMs[query.range]! };
  const span: Span = {};
  if (query.from !== undefined) span.from = query.from;
  if (query.to !== undefined) span.to = query.to;
  return span;
}

/** The same view for someone who opens it later: a range back from now becomes the times it stood for. */
export function fixed(query: HistoryQuery, span: Span, now: number): HistoryQuery {
  return query.range === 'all' ? query : { ...query, range: 'custom', ...span, to: span.to ?? now };
}

export function spanQuery({ from, to }: Span): Pick<ListQuery, 'from' | 'to'> {
  return {
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
  };
}

export function isBackwards({ from, to }: Span): boolean {
  return from !== undefined && to !== undefined && from >= to;
}

/** Milliseconds as the value of a `datetime-local` field in the user's zone, and back. */
export function toField(time: number | undefined): string {
  if (time === undefined) return '';
  const date = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19);
}

export function fromField(value: string): number | undefined {
  const time = value === '' ? NaN : new Date(value).getTime();
  return Number.isNaN(time) ? undefined : time;
}
