import { describe, expect, it } from 'vitest';
import { ApiError, problemText, retryAfterMs } from '../src/lib/api/errors';
import { matching } from '../src/lib/choice';
import { formatAgo, formatBytes, formatDuration, formatMeasure } from '../src/lib/format';
import { fixed, fromField, isBackwards, readQuery, resolve, spanQuery, toField, writeQuery } from '../src/lib/history';
import { askedDelayMs, backoffMs } from '../src/lib/live/backoff';
import { parseFrame } from '../src/lib/live/socket';
import { formatPosition, parsePosition } from '../src/lib/position';
import { sample, silence } from '../src/lib/status/samples';
import type { Stats } from '../src/lib/api/types';
import { codePoints, firstCodePoints } from '../src/lib/text';

describe('the choice of a name', () => {
  const names = ['ops', 'Café', 'dev-ops', 'room 10', 'room 9'];

  it('narrows by what is typed, in any case, and puts the beginnings first', () => {
    expect(matching(names, ' OPS')).toEqual(['ops', 'dev-ops']);
    expect(matching(names, 'cafe\u0301')).toEqual(['Café']);
    expect(matching(names, 'none')).toEqual([]);
  });

  it('is in order, numbers by their value', () => {
    expect(matching(names, 'room')).toEqual(['room 9', 'room 10']);
    expect(matching(names, '')).toHaveLength(names.length);
  });
});

describe('code points', () => {
  it('count characters as the server does', () => {
    expect(codePoints('')).toBe(0);
    expect(codePoints('Привет')).toBe(6);
    expect(codePoints('👍'.repeat(128))).toBe(128);
    expect(codePoints('e\u0301')).toBe(2);
    expect(codePoints('👨‍👩‍👧')).toBe(5);
  });

  it('cut between characters', () => {
    expect(firstCodePoints('a👍б', 2)).toBe('a👍');
    expect(firstCodePoints('ab', 5)).toBe('ab');
    expect(firstCodePoints('ab', 0)).toBe('');
  });
});

describe('positions', () => {
  it('are read and written', () => {
    expect(parsePosition('k3:41')).toEqual({ epoch: 'k3', n: 41 });
    expect(formatPosition({ epoch: 'k3', n: 0 })).toBe('k3:0');
  });

  it.each(['', 'k3', ':1', 'K3:1', 'k3:-1', 'k3:1x', 'a'.repeat(17) + ':1'])('%s is none', (text) => {
    expect(parsePosition(text)).toBeUndefined();
  });
});

describe('backoff', () => {
  it('doubles to 15 seconds, half of it by chance', () => {
    expect([0, 1, 2, 10, 100].map((attempt) => backoffMs(attempt, () => 1))).toEqual([500, 1000, 2000, 15000, 15000]);
    expect(backoffMs(0, () => 0)).toBe(250);
  });

  it('reads what a stopping server asks', () => {
    expect(askedDelayMs('reconnect in 1500 ms')).toBe(1500);
    expect(askedDelayMs('bye')).toBeUndefined();
  });
});

describe('formats', () => {
  it('keep three digits of small numbers', () => {
    expect(formatMeasure(0.12345, 'en')).toBe('0.123');
    expect(formatMeasure(1234.5, 'en')).toBe('1,235');
  });

  it('say durations in two units', () => {
    expect(formatDuration(0, 'en')).toBe('0 sec');
    expect(formatDuration(59.9, 'en')).toBe('59 sec');
    expect(formatDuration(3 * 3600 + 12 * 60 + 5, 'en')).toBe('3 hr 12 min');
  });

  it('say sizes', () => {
    expect(formatBytes(999, 'en')).toBe('999 bytes');
    expect(formatBytes(1, 'en')).toBe('1 byte');
    expect(formatBytes(14, 'ru')).toBe('14 байт');
    expect(formatBytes(1_536_000, 'en')).toBe('1.54 MB');
  });

  it('say how long ago', () => {
    expect(formatAgo(0, 3_000, 'en')).toBe('3 seconds ago');
    expect(formatAgo(0, 7_200_000, 'en')).toBe('2 hours ago');
  });
});

describe('errors', () => {
  it('quote the server and the fields it names', () => {
    const error = new ApiError(400, { detail: 'bad request', violations: [{ field: 'text', reason: 'too long' }] });
    expect(problemText(error)).toBe('bad request; text: too long');
    expect(error.temporary).toBe(false);
    const violations = [{ field: 'text', reason: 'is too long' }];
    expect(problemText(new ApiError(413, { detail: 'the text is too long', violations }))).toBe('the text is too long');
  });

  it('know which may pass', () => {
    expect([0, 429, 500, 503].map((status) => new ApiError(status, {}).temporary)).toEqual([true, true, true, true]);
    expect([400, 404, 409].map((status) => new ApiError(status, {}).temporary)).toEqual([false, false, false]);
    expect(retryAfterMs('2')).toBe(2000);
    expect(retryAfterMs('soon')).toBeUndefined();
  });
});

describe('the history query', () => {
  const read = (text: string) => readQuery(new URLSearchParams(text));

  it('has defaults', () => {
    expect(read('')).toEqual({ room: 'stream', range: '10m', size: 50 });
    expect(read('range=nonsense&size=7')).toEqual({ room: 'stream', range: '10m', size: 50 });
  });

  it('survives the address', () => {
    const query = read(
      'room=lobby&range=custom&from=2024-01-01T12:00:00Z&to=2024-01-01T13:00:00Z&before=k1:5&size=100',
    );
    const written = Object.entries(writeQuery(query)).filter(([, value]) => value !== undefined);
    expect(readQuery(new URLSearchParams(written as [string, string][]))).toEqual(query);
  });

  it('is a custom one when only times are given', () => {
    expect(read('from=2024-01-01T12:00:00Z')).toMatchObject({ range: 'custom' });
  });

  it('becomes absolute times', () => {
    const now = Date.parse('2024-01-01T12:00:00Z');
    expect(spanQuery(resolve(read('range=1m'), now))).toEqual({ from: '2024-01-01T11:59:00.000Z' });
    expect(resolve(read('range=all'), now)).toEqual({});
    expect(fixed(read('range=10m'), { from: now - 600_000 }, now)).toMatchObject({
      range: 'custom',
      from: now - 600_000,
      to: now,
    });
  });

  it('knows a range that ends before it begins', () => {
    expect(isBackwards({ from: 2, to: 1 })).toBe(true);
    expect(isBackwards({ from: 1 })).toBe(false);
  });

  it('goes through a form field', () => {
    const time = Date.parse('2024-07-01T12:34:56Z');
    expect(fromField(toField(time))).toBe(time);
    expect(fromField('')).toBeUndefined();
  });
});

describe('status samples', () => {
  const latency = { p50_ms: 1, p99_ms: 2, count: 3 };
  const stats = (counters: Partial<Stats>): Stats =>
    ({
      connections: { http: 1, websocket: 2, sse: 3, grpc: 4 },
      messages_committed: 0,
      deliveries: 0,
      requests: 0,
      write_queue: 5,
      window_bytes: 6,
      commit: latency,
      request: latency,
      fanout: { ...latency, count: 0 },
      ...counters,
    }) as Stats;

  it('turn counters into rates', () => {
    const before = { at: 1000, stats: stats({ messages_committed: 100, requests: 10 }) };
    const after = { at: 3000, stats: stats({ messages_committed: 300, requests: 20 }) };
    expect(sample(7, after, before)).toMatchObject({
      time: 7,
      messages: 100,
      requests: 5,
      deliveries: 0,
      websocket: 2,
    });
  });

  it('know no rate at first or over a restart, and no latency of nothing', () => {
    expect(sample(1, { at: 1, stats: stats({}) }, undefined).messages).toBeNull();
    const restarted = sample(1, { at: 2, stats: stats({}) }, { at: 1, stats: stats({ requests: 9 }) });
    expect(restarted.requests).toBeNull();
    expect(restarted.fanoutP50).toBeNull();
    expect(restarted.commitP99).toBe(2);
  });

  it('leave a gap where the server was silent', () => {
    const { time, ...rest } = silence(9);
    expect(time).toBe(9);
    expect(Object.keys(rest)).toHaveLength(15);
    expect(Object.values(rest).every((value) => value === null)).toBe(true);
  });
});

describe('the number of a client', () => {
  it('keeps all of its 64 bits, and no text is taken for one', () => {
    const content = '"client_seq":1, \\"client_seq": 9007199254740993';
    const text = `{"message":{"client_seq":9223372036854775807,"content":${JSON.stringify(content)},"id":7}}`;
    const { message } = parseFrame(text) as { message: { content: string } };
    expect(message).toEqual({ client_seq: '9223372036854775807', content, id: 7 });
  });
});
