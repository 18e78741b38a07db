import { ApiError, problemText } from './api/errors';
import { t } from './i18n/index.svelte';

/** One sentence for the reader about what went wrong. */
export function describe(error: unknown): string {
  return error instanceof ApiError ? describeAnswer(error.status, problemText(error)) : t('error.unknown');
}

/** The same for an answer that was kept: its status (0: none came) and the server's own words. */
export function describeAnswer(status: number, words: string): string {
  if (status === -1) return t('error.closed');
  if (status === 0) return t('error.unreached');
  return words === '' ? t('error.status', { status: String(status) }) : words;
}
