import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/lib/api/errors';
import type { NewMessage } from '../src/lib/api/types';
import { codePoints } from '../src/lib/text';
import { LatencyHistogram } from '../src/lib/write/histogram';
import { Pacer } from '../src/lib/write/pacer';
import { sampleText } from '../src/lib/write/sample';
import { callsAtOnce, Writer } from '../src/lib/write/writer';

describe('LatencyHistogram', () => {
  it('is at most 4 % off', () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms <= 1000; ++ms) histogram.record(ms);
    for (const share of [0.5, 0.9, 0.99]) {
      expect(histogram.percentile(share)).toBeGreaterThanOrEqual(share * 1000);
      expect(histogram.percentile(share)).toBeLessThanOrEqual(share * 1000 * 1.041);
    }
  });

  it('knows nothing of nothing', () => {
    expect(new LatencyHistogram().percentile(0.5)).toBeUndefined();
  });
});

describe('Pacer', () => {
  it('owes what the rate says', () => {
    const pacer = new Pacer(100, 0);
    expect(pacer.due(0)).toBe(0);
    expect(pacer.due(50)).toBe(5);
    for (let i = 0; i < 5; ++i) pacer.take();
    expect(pacer.due(50)).toBe(0);
    expect(pacer.due(60)).toBe(1);
  });

  it('forgives what is older than a second', () => {
    const pacer = new Pacer(100, 0);
    expect(pacer.due(60_000)).toBe(100);
    pacer.take();
    expect(pacer.due(60_000)).toBe(99);
  });
});

describe('sampleText', () => {
  it('has one character to the limit', () => {
    for (let i = 0; i < 500; ++i) {
      const length = codePoints(sampleText(40));
      expect(length).toBeGreaterThanOrEqual(1);
      expect(length).toBeLessThanOrEqual(40);
    }
  });
});

describe('Writer', () => {
  let sent: NewMessage[];
  let underway: number;
  let most: number;
  let answer: (message: NewMessage) => Promise<unknown>;
  let writer: Writer;

  const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  function start(rate: number): void {
    let nonce = 0;
    writer = new Writer({
      rate,
      firstSeq: 7,
      text: () => 'x',
      nonce: () => `n${++nonce}`,
      send: async (message) => {
        sent.push(message);
        most = Math.max(most, ++underway);
        try {
          return await answer(message);
        } finally {
          --underway;
        }
      },
    });
  }

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    underway = most = 0;
    answer = () => later(2);
  });

  afterEach(() => {
    writer.stop();
    vi.useRealTimers();
  });

  it('keeps the rate, numbers each message and gives it a nonce of its own', async () => {
    start(100);
    await wait(2000);
    expect(sent.length).toBeGreaterThanOrEqual(198);
    expect(sent.length).toBeLessThanOrEqual(201);
    expect(sent.map(({ client_seq }) => client_seq)).toEqual(sent.map((_, i) => 7 + i));
    expect(new Set(sent.map(({ nonce }) => nonce)).size).toBe(sent.length);
    expect(writer.progress).toMatchObject({ running: true, failed: 0 });
  });

  it('never has more calls under way than the browser has connections', async () => {
    answer = () => later(500);
    start(1000);
    await wait(2000);
    expect(most).toBe(callsAtOnce);
  });

  it('repeats what may pass, with the same nonce', async () => {
    let failures = 2;
    answer = async () => {
      if (failures-- > 0) throw new ApiError(503, {});
    };
    start(1);
    await wait(2100);
    writer.stop();
    expect(sent.slice(0, 3).map(({ nonce }) => nonce)).toEqual(['n1', 'n1', 'n1']);
    expect(writer.progress).toMatchObject({ repeated: 2, failed: 0, running: false });
  });

  it('gives up what cannot pass, and sends it again when asked', async () => {
    answer = () => Promise.reject(new ApiError(400, { detail: 'no' }));
    start(1);
    await wait(1100);
    writer.stop();
    expect(writer.progress).toMatchObject({ sent: 1, failed: 1, retryable: 1, error: { status: 400, text: 'no' } });
    answer = () => Promise.resolve();
    writer.retryFailed();
    await wait(10);
    expect(sent.map(({ nonce }) => nonce)).toEqual(['n1', 'n1']);
    expect(writer.progress).toMatchObject({ sent: 1, acknowledged: 1, failed: 0, retryable: 0 });
  });

  it('stops when the server refuses whatever is sent', async () => {
    answer = () => Promise.reject(new ApiError(401, { detail: 'who?' }));
    start(1000);
    await wait(10_000);
    expect(sent.length).toBeLessThanOrEqual(callsAtOnce);
    expect(writer.progress).toMatchObject({ running: false, refused: true, error: { status: 401, text: 'who?' } });
  });

  it.each([400, 429])(
    'sends ever more rarely while it is answered with %d, and fast again afterwards',
    async (status) => {
      answer = () => Promise.reject(new ApiError(status, {}));
      start(1000);
      await wait(2000);
      const first = sent.length;
      await wait(20_000);
      expect(first).toBeLessThanOrEqual(4 * callsAtOnce);
      expect(sent.length - first).toBeLessThanOrEqual(6 * callsAtOnce);
      answer = () => later(2);
      await wait(6000);
      const before = sent.length;
      await wait(1000);
      expect(sent.length - before).toBeGreaterThan(900);
    },
  );

  it('waits as long as the server asks', async () => {
    answer = () => Promise.reject(new ApiError(429, {}, 3000));
    start(100);
    await wait(2900);
    expect(sent.length).toBeLessThanOrEqual(callsAtOnce);
  });

  it('sends nothing new after it was stopped', async () => {
    start(100);
    await wait(500);
    writer.stop();
    const before = sent.length;
    await wait(1000);
    expect(sent.length).toBe(before);
    expect(writer.progress).toMatchObject({ sent: before, acknowledged: before, underway: 0 });
  });
});
