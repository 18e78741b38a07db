import { ApiError, problemText } from './api/errors';
import { formatNumber } from './format';
import { t, words, type Key } from './i18n/index.svelte';

// The server speaks English: whatever a reader may well meet has words in the languages of the pages.
const byField: Record<string, Key> = {
  q: 'chat.search_many_words',
  display_name: 'chat.name_refused',
  username: 'chat.name_refused',
  email: 'chat.email_refused',
  Host: 'error.host',
  Origin: 'error.origin',
};
const byStatus: Record<number, Key> = {
  400: 'error.refused',
  401: 'error.no_session',
  403: 'error.not_allowed',
  404: 'error.not_there',
  409: 'error.changed',
  413: 'error.too_large',
  421: 'error.host',
  429: 'error.too_much',
  500: 'error.in_trouble',
  503: 'error.in_trouble',
  504: 'error.in_trouble',
};
const tooLong = /\bcontent: .*at most (\d+) are allowed/;

/** One sentence for the reader about what went wrong. */
export function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.unknown');
  const key = (error.problem.violations ?? []).map(({ field }) => byField[field]).find((known) => known !== undefined);
  return key ? t(key, { host: location.host }) : describeAnswer(error.status, problemText(error));
}

/** The same for an answer that was kept: its status (0: none came) and the server's own words. */
export function describeAnswer(status: number, answer: string): string {
  if (status === -1) return t('error.closed');
  if (status === 0) return t('error.unreached');
  const longest = tooLong.exec(answer)?.[1];
  if (longest !== undefined) return t('error.too_long', { longest: formatNumber(Number(longest), words.language) });
  const key = byStatus[status];
  // In English its own words are the more exact ones, but of sessions it speaks to programs.
  const exact = answer !== '' && words.language === 'en' && status !== 401;
  if (key && !exact) return t(key, { host: location.host });
  return answer === '' ? t('error.status', { status: String(status) }) : t('error.quoted', { words: answer });
}
