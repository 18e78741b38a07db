import type { Problem } from './types';

/**
 * A request that did not succeed. `status` is 0 when the server was not reached at all; otherwise `problem` is what it answered.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly retryAfterMs?: number,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'ApiError';
  }

  /** Whether the same request may succeed later: no answer at all, too many requests, or a server in trouble. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The server's own sentence about the problem with the fields it names; empty when there is no answer to quote. */
export function problemText(error: ApiError): string {
  const detail = error.problem.detail ?? error.problem.title ?? '';
  const missing = (error.problem.violations ?? [])
    .filter(({ reason }) => !detail.includes(reason))
    .map(({ field, reason }) => `${field}: ${reason}`);
  return [detail, ...missing].filter((part) => part !== '').join('; ');
}

/** `Retry-After` in seconds (RFC 9110) as milliseconds. */
export function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
