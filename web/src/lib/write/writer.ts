// Writes messages at a chosen rate, one API call each. Knows no page and no network: it is given a function that sends.
import { ApiError, problemText } from '../api/errors';
import type { NewMessage } from '../api/types';
import { LatencyHistogram } from './histogram';
import { Pacer } from './pacer';

/** A browser opens at most six connections to one server; more calls would only wait inside the browser. */
export const callsAtOnce = 6;
const tickMs = 5;
const tries = 5;
const firstPauseMs = 250;
const longestPauseMs = 5000;
/** No such room, not allowed, not with this name: whatever else is sent would be refused as well. */
const finalStatuses = [401, 403, 404, 405, 410, 421];
const keptFailures = 1000;
const rateWindowMs = 2000;

export interface Progress {
  running: boolean;
  /** It has stopped by itself: the server refuses whatever is sent. */
  refused: boolean;
  sent: number;
  acknowledged: number;
  failed: number;
  /** Calls that were repeated with the same nonce. */
  repeated: number;
  underway: number;
  /** Acknowledged a second, over the last two. */
  rate: number;
  p50Ms?: number;
  p99Ms?: number;
  nextSeq: number;
  /** Failed messages that can be sent again. */
  retryable: number;
  /** Status (0: not reached) and words of the last error. */
  error?: { status: number; text: string };
}

export interface WriterOptions {
  /** Messages a second, 1 to 1000. */
  rate: number;
  firstSeq: number;
  author?: string;
  text: () => string;
  nonce: () => string;
  send: (message: NewMessage) => Promise<unknown>;
}

export class Writer {
  #pacer: Pacer;
  #timer: ReturnType<typeof setInterval> | undefined;
  #latencies = new LatencyHistogram();
  #failures: NewMessage[] = [];
  #again: NewMessage[] = [];
  #acknowledgedAt: { at: number; count: number }[] = [];
  #progress: Progress;
  /** Nothing is sent before this time. Pauses grow until the server takes something again. */
  #restUntil = 0;
  #rests = 0;

  constructor(private readonly options: WriterOptions) {
    this.#pacer = new Pacer(options.rate, performance.now());
    this.#progress = {
      running: true,
      refused: false,
      sent: 0,
      acknowledged: 0,
      failed: 0,
      repeated: 0,
      underway: 0,
      rate: 0,
      nextSeq: options.firstSeq,
      retryable: 0,
    };
    this.#timer = setInterval(() => this.#fill(), tickMs);
  }

  get progress(): Progress {
    const now = performance.now();
    const window = this.#acknowledgedAt;
    window.push({ at: now, count: this.#progress.acknowledged });
    while (window.length > 2 && window[1]!.at <= now - rateWindowMs) window.shift();
    const from = window[0]!;
    const seconds = (now - from.at) / 1000;
    this.#progress.rate = seconds > 0 ? (this.#progress.acknowledged - from.count) / seconds : 0;
    const p50Ms = this.#latencies.percentile(0.5);
    const p99Ms = this.#latencies.percentile(0.99);
    return {
      ...this.#progress,
      retryable: this.#failures.length,
      ...(p50Ms === undefined || p99Ms === undefined ? {} : { p50Ms, p99Ms }),
    };
  }

  /** Nothing new is sent any more; calls under way end by themselves. */
  stop(): void {
    this.#progress.running = false;
    clearInterval(this.#timer);
  }

  /** Sends the failed messages once more, with the nonces they had. */
  retryFailed(): void {
    this.#again.push(...this.#failures);
    this.#progress.failed -= this.#failures.length;
    this.#progress.sent -= this.#failures.length;
    this.#failures = [];
    this.#restUntil = 0;
    this.#fill();
  }

  #fill(): void {
    while (this.#progress.underway < callsAtOnce && performance.now() >= this.#restUntil) {
      const message = this.#again.shift() ?? this.#fresh();
      if (!message) return;
      void this.#deliver(message);
    }
  }

  #fresh(): NewMessage | undefined {
    if (!this.#progress.running || this.#pacer.due(performance.now()) < 1) return undefined;
    this.#pacer.take();
    const { author, text, nonce } = this.options;
    const message: NewMessage = { content: text(), client_seq: this.#progress.nextSeq++, nonce: nonce() };
    return author ? { ...message, username: author } : message;
  }

  async #deliver(message: NewMessage): Promise<void> {
    ++this.#progress.sent;
    ++this.#progress.underway;
    const error = await this.#call(message);
    --this.#progress.underway;
    if (error === undefined) {
      ++this.#progress.acknowledged;
      this.#rests = 0;
    } else {
      ++this.#progress.failed;
      this.#progress.error = { status: error.status, text: problemText(error) };
      if (this.#failures.length < keptFailures) this.#failures.push(message);
      if (finalStatuses.includes(error.status) && this.#progress.running) {
        this.#progress.refused = true;
        this.stop();
      }
    }
    this.#fill();
  }

  /** One message until it is acknowledged or given up: what may pass is tried again with the same nonce. */
  async #call(message: NewMessage): Promise<ApiError | undefined> {
    for (let attempt = 0; ; ++attempt) {
      const begin = performance.now();
      try {
        await this.options.send(message);
        this.#latencies.record(performance.now() - begin);
        return undefined;
      } catch (error) {
        const known = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
        const pauseMs = this.#rest(known);
        if (!known.temporary || attempt + 1 === tries || !this.#progress.running) return known;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        ++this.#progress.repeated;
      }
    }
  }

  /** How long to wait from now on. What fails during a pause was sent before it and does not make it longer. */
  #rest(error: ApiError): number {
    const now = performance.now();
    if (now >= this.#restUntil) {
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#rests++);
      this.#restUntil = now + Math.max(pauseMs, error.retryAfterMs ?? 0);
      setTimeout(() => this.#fill(), this.#restUntil - now);
    }
    return this.#restUntil - now;
  }
}
